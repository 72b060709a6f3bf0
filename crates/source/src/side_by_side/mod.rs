//! Two texts, above all two steps, shown with what changed between them.

mod changed;
mod marked;
mod paint;
mod pairs;
mod rows;
#[cfg(test)]
mod tests;

pub use changed::changed_lines;
pub use paint::Style;
pub use pairs::{Line, Pair, pairs};

use marked::{Marked, changed_words, unmarked, unstyled, wrapped};
use paint::{Kind, Page, Paint};
use rows::{Row, rows};

/// The narrowest and the widest that two texts are set side by side: narrower nothing can be read, wider the eye loses its row.
const WIDTHS: (usize, usize) = (80, 200);

/// The width where there is no terminal.
const WIDTH_WITHOUT_TERMINAL: usize = 120;

/// The mark of a line that continues the one above.
const CONTINUED: &str = "↳";

/// One of the two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// What it is: `kernels::mandelbrot::naive`.
    pub title: String,
    /// Where it is: `crates/kernels/src/mandelbrot.rs:12`.
    pub subtitle: String,
    /// The text itself.
    pub text: String,
    /// For each line of the text its number in the file; `None` for a line that is not in the file.
    pub lines: Vec<Option<usize>>,
}

impl Side {
    /// A text whose lines follow one another in the file: a whole file from line 1, or a single function.
    pub fn new(title: &str, subtitle: &str, text: &str, first_line: usize) -> Self {
        let lines = (first_line..).take(text.lines().count()).map(Some).collect();
        Self { title: title.into(), subtitle: subtitle.into(), text: text.into(), lines }
    }

    fn number(&self, line: usize) -> String {
        self.lines.get(line).copied().flatten().map(|number| number.to_string()).unwrap_or_default()
    }

    /// Characters that the longest line number takes.
    fn number_width(&self) -> usize {
        (0..self.lines.len()).map(|line| self.number(line).len()).max().unwrap_or(0).max(1)
    }

    fn texts(&self) -> Vec<String> {
        // A tab is as wide as the terminal likes, which would break the columns.
        self.text.lines().map(|line| line.trim_end().replace('\t', "    ")).collect()
    }
}

/// The width to set two texts side by side in: that of the terminal, between 80 and 200 characters; 120 where there is none.
pub fn terminal_width() -> usize {
    let width = terminal_size::terminal_size().map_or(WIDTH_WITHOUT_TERMINAL, |(width, _)| width.0.into());
    width.clamp(WIDTHS.0, WIDTHS.1)
}

/// Both texts in one column: what only the first has is marked `-`, what only the second has `+`. The words that changed within
/// a line are highlighted or, without colours, underlined with `^`.
///
/// A line that is only indented differently is not marked; it is shown as in the second text.
pub fn unified(a: &Side, b: &Side, style: Style) -> String {
    let (left, right) = (a.texts(), b.texts());
    let (left_width, right_width) = (a.number_width(), b.number_width());
    let paint = Paint(style);
    let mut page = Page::default();

    for (mark, side, kind) in [("---", a, Kind::Removed), ("+++", b, Kind::Added)] {
        page.line(&[&paint.mark(mark, kind), " ", &paint.title(&side.title), "  ", &paint.faint(&side.subtitle)]);
    }
    let mut line = |left_number: &str, right_number: &str, kind: Kind, mark: &str, text: &Marked| {
        let numbers = format!("{left_number:>left_width$} {right_number:>right_width$}");
        page.line(&[&paint.faint(&numbers), " ", &paint.mark(mark, kind), " ", &paint.text(text, kind)]);
        if !style.colour && text.iter().any(|(_, changed)| *changed) {
            let underline: String = text.iter().map(|(_, changed)| if *changed { '^' } else { ' ' }).collect();
            page.line(&[&" ".repeat(numbers.len() + 3), &underline]);
        }
    };
    for rows in rows(&left, &right).chunk_by(|one, next| one.is_same() == next.is_same()) {
        // Within a change all that went comes before all that came, so that each can be read in one piece.
        let mut come = Vec::new();
        for row in rows {
            match *row {
                Row::Same(i, j) => line(&a.number(i), &b.number(j), Kind::Same, " ", &unmarked(&right[j])),
                Row::Replaced(i, j) => {
                    let (removed, added) = changed_words(&left[i], &right[j]);
                    line(&a.number(i), "", Kind::Removed, "-", &removed);
                    come.push((j, added));
                }
                Row::Removed(i) => line(&a.number(i), "", Kind::Removed, "-", &unmarked(&left[i])),
                Row::Added(j) => come.push((j, unmarked(&right[j]))),
            }
        }
        for (j, added) in come {
            line("", &b.number(j), Kind::Added, "+", &added);
        }
    }
    page.0
}

/// The texts in two columns, as `sdiff` sets them: a changed line is marked `|`, one that only the first text has `<`, one that
/// only the second has `>`. With colours the words that changed within a line are highlighted.
///
/// No line is wider than `width`, which is taken between 80 and 200: see [`terminal_width`]. What does not fit into its column
/// goes on below, marked `↳` where the number would stand. A line that is only indented differently is not marked.
pub fn side_by_side(a: &Side, b: &Side, width: usize, style: Style) -> String {
    let (left, right) = (a.texts(), b.texts());
    let (left_width, right_width) = (a.number_width(), b.number_width());
    // A blank stands behind each number, and the mark between two blanks.
    let width = width.clamp(WIDTHS.0, WIDTHS.1);
    let column = (width - left_width - right_width - 5) / 2;
    let (left_whole, right_whole) = (left_width + 1 + column, right_width + 1 + column);
    let paint = Paint(style);
    let mut page = Page::default();

    let mut heading = |left: &str, right: &str, painted: fn(&Paint, &str) -> String| {
        let (left, right) = (wrapped(&unmarked(left), left_whole), wrapped(&unmarked(right), right_whole));
        for at in 0..left.len().max(right.len()) {
            let piece = |pieces: &[Marked]| pieces.get(at).map(|piece| unstyled(piece)).unwrap_or_default();
            let (left, right) = (piece(&left), piece(&right));
            let gap = " ".repeat(left_whole - left.chars().count() + 3);
            page.line(&[&painted(&paint, &left), &gap, &painted(&paint, &right)]);
        }
    };
    heading(&a.title, &b.title, Paint::title);
    heading(&a.subtitle, &b.subtitle, Paint::faint);
    page.line(&[&paint.faint(&"─".repeat(left_whole)), "   ", &paint.faint(&"─".repeat(right_whole))]);

    for row in rows(&left, &right) {
        let (i, j, mark, kind) = match row {
            Row::Same(i, j) => (Some(i), Some(j), " ", Kind::Same),
            Row::Replaced(i, j) => (Some(i), Some(j), "|", Kind::Replaced),
            Row::Removed(i) => (Some(i), None, "<", Kind::Removed),
            Row::Added(j) => (None, Some(j), ">", Kind::Added),
        };
        let (left, right) = match row {
            Row::Replaced(i, j) => changed_words(&left[i], &right[j]),
            _ => (unmarked(i.map_or("", |i| &left[i])), unmarked(j.map_or("", |j| &right[j]))),
        };
        let (left, right) = (wrapped(&left, column), wrapped(&right, column));
        for at in 0..left.len().max(right.len()) {
            let number = |side: &Side, line: Option<usize>, pieces: &[Marked]| match line {
                Some(line) if at == 0 => side.number(line),
                Some(_) if at < pieces.len() => CONTINUED.into(),
                _ => String::new(),
            };
            let left_number = format!("{:>left_width$} ", number(a, i, &left));
            let right_number = format!("{:>right_width$} ", number(b, j, &right));
            let [left, right] = [&left, &right].map(|pieces| pieces.get(at).map_or(&[][..], Vec::as_slice));
            page.line(&[
                &paint.faint(&left_number),
                &paint.text(left, if kind == Kind::Replaced { Kind::Removed } else { kind }),
                &" ".repeat(column - left.len() + 1),
                &paint.mark(mark, kind),
                " ",
                &paint.faint(&right_number),
                &paint.text(right, if kind == Kind::Replaced { Kind::Added } else { kind }),
            ]);
        }
    }
    page.0
}
