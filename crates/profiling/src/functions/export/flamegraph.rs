//! Flame graphs, drawn by `inferno`.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use inferno::flamegraph::{self, Options, TextTruncateDirection};

use super::super::{Profile, Recursion};

/// Why there is no flame graph.
#[derive(Debug)]
#[non_exhaustive]
pub enum FlameGraphError {
    /// No function took any time.
    Empty,
    /// `inferno` failed.
    Drawing(std::io::Error),
}

impl Display for FlameGraphError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a flame graph cannot be drawn: no function took any time"),
            Self::Drawing(error) => write!(f, "the flame graph cannot be drawn: {error}"),
        }
    }
}

impl Error for FlameGraphError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Empty => None,
            Self::Drawing(error) => Some(error),
        }
    }
}

impl Profile {
    /// An SVG with a bar for each context, as wide as its time and standing on its caller; a click enlarges it.
    ///
    /// # Errors
    /// When the profile is empty, or no function took any time.
    pub fn flame_graph(&self, title: &str, recursion: Recursion) -> Result<String, FlameGraphError> {
        let folded = self.folded(recursion);
        if folded.is_empty() {
            return Err(FlameGraphError::Empty);
        }
        let mut options = Options::default();
        options.title = Self::titled(title, self.told().1);
        options.count_name = "ns".into();
        // Functions are told apart by how their names begin.
        options.text_truncate_direction = TextTruncateDirection::Right;
        // A function has the same colour in every picture.
        options.deterministic = true;
        let mut svg = Vec::new();
        flamegraph::from_lines(&mut options, folded.lines(), &mut svg).map_err(FlameGraphError::Drawing)?;
        String::from_utf8(svg).map_err(|error| FlameGraphError::Drawing(std::io::Error::other(error)))
    }
}
