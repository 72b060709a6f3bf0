//! Two texts line beside line, for somebody else to set: a page.

use std::ops::Range;

use super::Side;
use super::marked::{Marked, changed_words, unmarked};
use super::rows::{Row, rows};

/// A line of one of two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file; `None` for a line that is not in the file.
    pub number: Option<usize>,
    /// The line.
    pub text: String,
    /// The words that the other line does not have, in bytes of the text.
    pub changed: Vec<Range<usize>>,
}

/// What stands in one row of two columns: the same line twice, two that took each other's place, or one alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The line of the first text.
    pub left: Option<Line>,
    /// The line of the second.
    pub right: Option<Line>,
    /// Whether both are the same, but for their indentation.
    pub same: bool,
}

/// Two texts in rows.
///
/// ```
/// use source::side_by_side::{Side, pairs};
///
/// let text = |text: &str| Side::new("title", "place", text, 7);
/// let rows = pairs(&text("a = 1;\nb = 2;"), &text("a = 1;\nb = 3;\nc = 4;"));
/// assert!(rows[0].same && rows.len() == 3);
/// let line = rows[1].right.as_ref().unwrap();
/// assert_eq!((line.number, line.text.as_str(), &line.changed[..]), (Some(8), "b = 3;", &[4..5][..]));
/// assert_eq!(rows[2].left, None);
/// ```
pub fn pairs(a: &Side, b: &Side) -> Vec<Pair> {
    let (left, right) = (a.texts(), b.texts());
    let line = |side: &Side, at: usize, text: &str, marked: &Marked| Line {
        number: side.lines.get(at).copied().flatten(),
        text: text.to_owned(),
        changed: changed(marked),
    };
    let of_a = |i: usize, marked: &Marked| Some(line(a, i, &left[i], marked));
    let of_b = |j: usize, marked: &Marked| Some(line(b, j, &right[j], marked));
    let pair = |row: Row| match row {
        Row::Same(i, j) => {
            Pair { left: of_a(i, &unmarked(&left[i])), right: of_b(j, &unmarked(&right[j])), same: true }
        }
        Row::Replaced(i, j) => {
            let (removed, added) = changed_words(&left[i], &right[j]);
            Pair { left: of_a(i, &removed), right: of_b(j, &added), same: false }
        }
        Row::Removed(i) => Pair { left: of_a(i, &unmarked(&left[i])), right: None, same: false },
        Row::Added(j) => Pair { left: None, right: of_b(j, &unmarked(&right[j])), same: false },
    };
    rows(&left, &right).into_iter().map(pair).collect()
}

/// The stretches of a line that are marked.
fn changed(line: &Marked) -> Vec<Range<usize>> {
    let mut at = 0;
    let stretches = line.chunk_by(|one, next| one.1 == next.1).filter_map(|stretch| {
        let start = at;
        at += stretch.iter().map(|(letter, _)| letter.len_utf8()).sum::<usize>();
        stretch[0].1.then_some(start..at)
    });
    stretches.collect()
}
