//! Why a text is not an expression, and why a program cannot run.

use std::fmt;

use validation::memory;

use super::operation::Type;

/// A piece of somebody's text as an error quotes it: not the whole of it, if it is longer than a line holds.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Names as an error lists them: the first few, and how many more there are.
pub(crate) fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<_> = names.iter().take(SHOWN).map(|name| quoted(name)).collect();
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Why a text is not an expression, or has no type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    message: String,
    source: String,
    column: usize,
}

impl CompileError {
    pub(crate) fn new(source: &str, column: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), source: source.to_owned(), column }
    }

    /// Where in the text, in characters from 1.
    pub fn column(&self) -> usize {
        self.column + 1
    }

    /// What is wrong, and what was expected.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Three lines: what is wrong, the text, and a caret under the place.
impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Characters of the text on each side of the caret.
        const AROUND: usize = 60;
        let from = self.column.saturating_sub(AROUND);
        let (before, after) = (if from > 0 { "..." } else { "" }, self.column + AROUND);
        // A line break or a tab would move the caret away from its place.
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let text: String = self.source.chars().skip(from).take(after - from).map(plain).collect();
        let rest = if self.source.chars().nth(after).is_some() { "..." } else { "" };
        writeln!(f, "column {}: {}", self.column(), self.message)?;
        writeln!(f, "  {before}{text}{rest}")?;
        write!(f, "  {:width$}^", "", width = before.len() + self.column - from)
    }
}

impl std::error::Error for CompileError {}

/// Why a program cannot run with these arrays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The number of arrays is not the number of inputs.
    Inputs {
        /// Inputs of the program.
        expected: usize,
        /// Arrays given.
        found: usize,
    },
    /// An array, or a place for a result, has another type.
    Type {
        /// The input or result.
        name: String,
        /// Its type.
        expected: Type,
        /// The type of the array.
        found: Type,
    },
    /// The shapes cannot be broadcast together.
    Shapes {
        /// The input whose shape does not fit those before it.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// The shape of those before it.
        others: Vec<usize>,
    },
    /// The number of places for results is not the number of results.
    Results {
        /// Results of the program.
        expected: usize,
        /// Places given.
        found: usize,
    },
    /// A place for a result has another length than the result.
    Length {
        /// Elements of the result.
        expected: usize,
        /// Elements of the place.
        found: usize,
    },
    /// A reduction over an axis that the arrays do not have.
    Axis {
        /// The axis, as it stands in the expression.
        axis: i64,
        /// Dimensions of the arrays.
        dimensions: usize,
    },
    /// The smallest or largest of no elements.
    Empty,
    /// More elements than can be counted.
    TooLarge,
    /// Registers, partial answers or results that need more memory than may be used.
    Memory {
        /// Bytes that they need.
        needed: u64,
    },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inputs { expected, found } => write!(f, "expected {expected} arrays, found {found}"),
            Self::Type { name, expected, found } => {
                write!(f, "{}: expected an array of {expected}, found {found}", quoted(name))
            }
            Self::Shapes { name, shape, others } => {
                let name = quoted(name);
                write!(f, "{name}: the shape {shape:?} does not go with {others:?}; sides must be equal, or 1")
            }
            Self::Results { expected, found } => write!(f, "expected {expected} places for results, found {found}"),
            Self::Length { expected, found } => write!(f, "expected a place for {expected} elements, found {found}"),
            Self::Axis { axis, dimensions } => {
                write!(f, "there is no axis {axis} in arrays of {dimensions} dimensions")
            }
            Self::Empty => f.write_str("no elements have no smallest and no largest"),
            Self::TooLarge => f.write_str("more elements than can be counted"),
            Self::Memory { needed } => {
                write!(f, "{} of memory are needed, more than may be used; ask for less", memory::human(*needed))
            }
        }
    }
}

impl std::error::Error for RunError {}
