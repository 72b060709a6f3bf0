//! What is wrong with a file, worded and drawn as CPython does.

use std::fmt;

use super::range::Range;

/// Which kind of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `MemoryError`: the file is so long that it cannot be parsed.
    Memory,
    /// `RecursionError`: the file is nested too deeply.
    Recursion,
    /// Python, but not of this small one.
    Unsupported,
}

/// What is wrong with a file. Its display is what is written to the terminal, without an end of line at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceError {
    /// Which kind of error it is.
    pub kind: ErrorKind,
    /// What stands behind the kind.
    pub message: String,
    /// The name of the file.
    pub file: Box<str>,
    /// The line, the first is 1; 0 where none is meant.
    pub line: usize,
    /// The column in characters, the first is 1.
    pub column: usize,
    /// The text of the line; absent where there is none to show.
    pub text: Option<Box<str>>,
    /// Which bytes of the file are meant.
    pub range: Range,
    /// How Python 3 writes it, where it is Python 2.
    pub hint: Option<Box<str>>,
}

impl SourceError {
    /// An error about a file of which no line can be shown.
    pub(super) fn without_line(kind: ErrorKind, message: &str, file: &str, line: usize) -> Self {
        let range = Range::default();
        Self { kind, message: message.to_owned(), file: file.into(), line, column: 1, text: None, range, hint: None }
    }
}

impl ErrorKind {
    /// Its name, as it is printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "SyntaxError",
            Self::Indentation => "IndentationError",
            Self::Tab => "TabError",
            Self::Memory => "MemoryError",
            Self::Recursion => "RecursionError",
            Self::Unsupported => "Unsupported",
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            writeln!(f, "  File \"{}\", line {}", self.file, self.line)?;
        }
        if let Some(text) = &self.text {
            let shown = text.trim_start_matches([' ', '\t', '\x0c']);
            let hidden = text.chars().count() - shown.chars().count();
            writeln!(f, "    {}", shown.trim_end())?;
            if self.column > hidden {
                let before = self.column - 1 - hidden;
                // A range that goes on in the next line is marked up to the end of this one.
                let bytes = text.chars().take(self.column - 1).map(char::len_utf8).sum::<usize>();
                let length = self.range.end.saturating_sub(self.range.start) as usize;
                let behind = text.get(bytes..).unwrap_or("").trim_end();
                let mut end = length.min(behind.len());
                while !behind.is_char_boundary(end) {
                    end += 1;
                }
                let marked = behind[..end].chars().count().max(1);
                writeln!(f, "    {}{}", " ".repeat(before), "^".repeat(marked))?;
            }
        }
        write!(f, "{}: {}", self.kind.name(), self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\nIn Python 3: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SourceError {}
