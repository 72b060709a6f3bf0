//! The colours of a difference, and the page that it is written on.

use anstyle::AnsiColor;

use crate::side_by_side::marked::unstyled;

/// How a difference is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colours may be used. Without them the marks say everything.
    pub colour: bool,
}

/// What has become of a line, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Same,
    Replaced,
    Removed,
    Added,
}

/// Adds colours where they are wanted.
pub(super) struct Paint(pub(super) Style);

impl Paint {
    /// What a text is.
    pub(super) fn title(&self, text: &str) -> String {
        self.styled(text, anstyle::Style::new().bold())
    }

    /// Where it is, and what numbers its lines.
    pub(super) fn faint(&self, text: &str) -> String {
        self.styled(text, anstyle::Style::new().dimmed())
    }

    /// The mark of a row.
    pub(super) fn mark(&self, mark: &str, kind: Kind) -> String {
        self.styled(mark, Self::of(kind).bold())
    }

    /// A line, its changed words inverted.
    pub(super) fn text(&self, text: &[(char, bool)], kind: Kind) -> String {
        let pieces = text.chunk_by(|one, next| one.1 == next.1).map(|piece| {
            let style = if piece[0].1 { Self::of(kind).invert() } else { Self::of(kind) };
            self.styled(&unstyled(piece), style)
        });
        pieces.collect()
    }

    fn of(kind: Kind) -> anstyle::Style {
        let colour = match kind {
            Kind::Same => return anstyle::Style::new(),
            Kind::Replaced => AnsiColor::Yellow,
            Kind::Removed => AnsiColor::Red,
            Kind::Added => AnsiColor::Green,
        };
        colour.on_default()
    }

    fn styled(&self, text: &str, style: anstyle::Style) -> String {
        if self.0.colour && !text.trim().is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// What is shown, line by line, without blanks at the ends of lines.
#[derive(Default)]
pub(super) struct Page(pub(super) String);

impl Page {
    /// Adds a line.
    pub(super) fn line(&mut self, parts: &[&str]) {
        self.0.push_str(parts.concat().trim_end());
        self.0.push('\n');
    }
}
