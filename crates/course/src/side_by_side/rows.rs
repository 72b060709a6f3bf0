//! What became of each line: which lines of two texts are the same, and which took the place of which.

use std::cmp::Ordering;
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Two lines are taken for one line that changed when at least this part of their words is the same.
const RESEMBLANCE: f64 = 0.5;

/// What has become of a line, or of two, by their indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Same(usize, usize),
    Replaced(usize, usize),
    Removed(usize),
    Added(usize),
}

impl Row {
    /// Whether both texts have the line.
    pub(super) fn is_same(self) -> bool {
        matches!(self, Self::Same(..))
    }
}

/// The stretches in which two sequences differ, each as a range of the first and one of the second.
pub(super) fn differences<T: Ord + Hash>(a: &[T], b: &[T]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, a, b) {
        let (tag, left, right) = op.as_tag_tuple();
        match found.last_mut() {
            _ if tag == DiffTag::Equal => {}
            Some(last) if last.0.end == left.start && last.1.end == right.start => {
                (last.0.end, last.1.end) = (left.end, right.end);
            }
            _ => found.push((left, right)),
        }
    }
    found
}

/// Two texts row by row. Indentation makes no difference: a loop put around some lines changes none of them.
pub(super) fn rows(left: &[String], right: &[String]) -> Vec<Row> {
    let trimmed = |lines: &[String]| lines.iter().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let (left, right) = (trimmed(left), trimmed(right));
    let mut rows = Vec::new();
    let (mut i, mut j) = (0, 0);
    let end = (left.len()..left.len(), right.len()..right.len());
    for (removed, added) in differences(&left, &right).into_iter().chain([end]) {
        rows.extend((i..removed.start).zip(j..added.start).map(|(i, j)| Row::Same(i, j)));
        (i, j) = (removed.start, added.start);
        let pairs = pairs(&left[removed.clone()], &right[added.clone()]);
        let pairs = pairs.into_iter().map(|(i, j)| (removed.start + i, added.start + j));
        for (pair_i, pair_j) in pairs.chain([(removed.end, added.end)]) {
            // Lines between two pairs resemble nothing; those of the one side have taken the place of those of the other.
            let both = (pair_i - i).min(pair_j - j);
            rows.extend((i..).zip(j..).take(both).map(|(i, j)| Row::Replaced(i, j)));
            rows.extend((i + both..pair_i).map(Row::Removed));
            rows.extend((j + both..pair_j).map(Row::Added));
            (i, j) = (pair_i, pair_j);
            if i < removed.end {
                rows.push(Row::Replaced(i, j));
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    rows
}

/// The pairs of lines that resemble each other most, in order, by their indices.
fn pairs(left: &[String], right: &[String]) -> Vec<(usize, usize)> {
    let left_words: Vec<_> = left.iter().map(|line| sorted_words(line)).collect();
    let right_words: Vec<_> = right.iter().map(|line| sorted_words(line)).collect();
    // `best[i][j]`: the greatest sum of resemblances that the lines from `i` and from `j` on allow.
    let mut best = vec![vec![0.0_f64; right.len() + 1]; left.len() + 1];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            let score = resemblance(&left_words[i], &right_words[j]);
            let paired = if score < RESEMBLANCE { 0.0 } else { score + best[i + 1][j + 1] };
            best[i][j] = paired.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < left.len() && j < right.len() {
        if best[i][j] == best[i + 1][j] {
            i += 1;
        } else if best[i][j] == best[i][j + 1] {
            j += 1;
        } else {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        }
    }
    pairs
}

/// A line in its words: names and numbers, blanks, and every other character by itself.
pub(super) fn words(line: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => Some(true),
        c if c.is_whitespace() => Some(false),
        _ => None,
    };
    let mut words = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next().map(class) {
        let goes_on = |&(at, c): &(usize, char)| at == 0 || first.is_some() && class(c) == first;
        let length = rest.char_indices().take_while(goes_on).map(|(_, c)| c.len_utf8()).sum();
        let (word, tail) = rest.split_at(length);
        words.push(word);
        rest = tail;
    }
    words
}

fn sorted_words(line: &str) -> Vec<&str> {
    let mut words = words(line);
    words.retain(|word| !word.trim().is_empty());
    words.sort_unstable();
    words
}

/// The part of the words of two lines that both have, between 0 and 1: the coefficient of Dice. Expects sorted words.
fn resemblance(left: &[&str], right: &[&str]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < left.len() && j < right.len() {
        match left[i].cmp(right[j]) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => (i, j, common) = (i + 1, j + 1, common + 1),
        }
    }
    2.0 * f64::from(common) / (left.len() + right.len()).max(1) as f64
}
