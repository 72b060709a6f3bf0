//! Lines whose changed words are marked, and lines broken to fit a column.

use std::iter;
use std::ops::Range;

use crate::side_by_side::rows::{differences, words};

/// The characters of a line, each with whether it belongs to a word that changed.
pub(super) type Marked = Vec<(char, bool)>;

/// A line of which no word changed.
pub(super) fn unmarked(line: &str) -> Marked {
    line.chars().map(|c| (c, false)).collect()
}

/// The line without its marks.
pub(super) fn unstyled(line: &[(char, bool)]) -> String {
    line.iter().map(|(c, _)| c).collect()
}

/// Two lines with the words marked that the other does not have. Where most has changed nothing is marked: the lines are then to
/// be read, not to be compared.
pub(super) fn changed_words(left: &str, right: &str) -> (Marked, Marked) {
    let (left_words, right_words) = (words(left), words(right));
    let (removed, added): (Vec<_>, Vec<_>) = differences(&left_words, &right_words).into_iter().unzip();
    let marked = |words: &[&str], changed: &[Range<usize>]| -> Marked {
        let letters = |(at, word): (usize, &&str)| {
            let is_changed = !word.trim().is_empty() && changed.iter().any(|range| range.contains(&at));
            word.chars().map(|c| (c, is_changed)).collect::<Marked>()
        };
        words.iter().enumerate().flat_map(letters).collect()
    };
    let both = (marked(&left_words, &removed), marked(&right_words, &added));
    let letters = || both.0.iter().chain(&both.1).filter(|(c, _)| !c.is_whitespace());
    let changed = letters().filter(|(_, is_changed)| *is_changed).count();
    if 2 * changed > letters().count() { (unmarked(left), unmarked(right)) } else { both }
}

/// A line in pieces that are `width` wide at most, broken at blanks where there are any; the pieces below the first are indented.
pub(super) fn wrapped(line: &[(char, bool)], width: usize) -> Vec<Marked> {
    let is_blank = |(c, _): &(char, bool)| c.is_whitespace();
    let indent = line.iter().take_while(|letter| is_blank(letter)).count();
    let mut pieces: Vec<Marked> = Vec::new();
    let mut rest = line;
    while !rest.is_empty() || pieces.is_empty() {
        let hang = if pieces.is_empty() { 0 } else { (indent + 4).min(width / 2) };
        let room = width - hang;
        let end = if rest.len() <= room {
            rest.len()
        } else {
            // A break early in the line would waste more than it helps.
            rest[room / 2..room].iter().rposition(is_blank).map_or(room, |blank| room / 2 + blank + 1)
        };
        pieces.push(iter::repeat_n((' ', false), hang).chain(rest[..end].iter().copied()).collect());
        rest = &rest[end..];
    }
    pieces
}
