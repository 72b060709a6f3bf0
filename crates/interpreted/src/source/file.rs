//! A Python file: its text, its lines, and how it is read.

use std::fmt;
use std::io;
use std::path::Path;

use super::error::{ErrorKind, SourceError};
use super::range::Range;

/// The text of a file and where its lines begin.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceFile {
    /// As the user wrote it: stands in every message.
    pub name: String,
    /// Without a byte-order mark. Lines end with `\n`, `\r\n` or `\r`.
    pub text: String,
    /// The offset of the first byte of each line, the first line first.
    pub line_starts: Vec<u32>,
}

/// Why a file could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// It cannot be opened or read.
    Open {
        /// The full path.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// It is no UTF-8, or larger than offsets of 32 bits reach.
    Text(SourceError),
}

impl SourceError {
    /// An error about a range of a file.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>, source: &SourceFile, range: Range) -> Self {
        // What is wrong at the end of the file is shown behind its last line.
        let line = source.line_of(range.start).min(source.lines().max(1));
        // A null character ends what can be shown.
        let text = source.line_text(line).split('\0').next().unwrap_or_default().to_owned();
        let end = text.chars().count() + 1;
        Self {
            kind,
            message: message.into(),
            file: source.name.as_str().into(),
            line,
            column: if source.line_of(range.start) == line { source.column_of(range.start) } else { end },
            text: Some(text.into()),
            range,
            hint: None,
        }
    }
}

impl SourceFile {
    /// A file of the given name and text.
    ///
    /// # Errors
    /// A text of 4 GiB or more.
    pub fn new(name: &str, text: &str) -> Result<Self, SourceError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if u32::try_from(text.len()).is_err() {
            return Err(SourceError::without_line(ErrorKind::Unsupported, "a file of 4 GiB or more", name, 1));
        }
        let bytes = text.as_bytes();
        let ends = bytes
            .iter()
            .enumerate()
            .filter(|&(at, &byte)| byte == b'\n' || byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        let line_starts = std::iter::once(0).chain(ends.map(|(at, _)| offset(at + 1))).collect();
        Ok(Self { name: name.to_owned(), text: text.to_owned(), line_starts })
    }

    /// Reads a file. Its name in messages is the path as given.
    ///
    /// # Errors
    /// A file that cannot be read, or whose text is no UTF-8.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let bytes = std::fs::read(path).map_err(|error| {
            let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            ReadError::Open { path: full.display().to_string(), error }
        })?;
        let name = path.display().to_string();
        match str::from_utf8(&bytes) {
            Ok(text) => Self::new(&name, text).map_err(ReadError::Text),
            Err(error) => Err(ReadError::Text(not_utf8(&name, &bytes, error))),
        }
    }

    /// The line in which an offset lies, the first is 1.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|&start| start <= offset)
    }

    /// How many lines there are. An end of line at the end of the file begins none.
    #[must_use]
    pub fn lines(&self) -> usize {
        let last_is_empty = self.line_starts.last().is_some_and(|&start| start as usize == self.text.len());
        self.line_starts.len() - usize::from(last_is_empty)
    }

    /// The text of a line without its end; empty where there is no such line.
    #[must_use]
    pub fn line_text(&self, line: usize) -> &str {
        let Some(&start) = line.checked_sub(1).and_then(|index| self.line_starts.get(index)) else { return "" };
        let end = self.line_starts.get(line).map_or(self.text.len(), |&end| end as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }

    /// The column of an offset in its line, counted in characters, the first is 1.
    #[must_use]
    pub fn column_of(&self, offset: u32) -> usize {
        let start = self.line_starts[self.line_of(offset) - 1];
        self.text.get(start as usize..offset as usize).map_or(1, |before| before.chars().count() + 1)
    }

    /// The text of a range.
    #[must_use]
    pub fn slice(&self, range: Range) -> &str {
        self.text.get(range.start as usize..range.end as usize).unwrap_or("")
    }
}

/// An offset of a text that is known to be smaller than 4 GiB.
pub(super) fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

fn not_utf8(name: &str, bytes: &[u8], error: std::str::Utf8Error) -> SourceError {
    let at = error.valid_up_to();
    let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let byte = bytes[at];
    let message = format!(
        "Non-UTF-8 code starting with '\\x{byte:02x}' in file {name} on line {line}, but no encoding declared; see \
         https://peps.python.org/pep-0263/ for details"
    );
    SourceError::without_line(ErrorKind::Syntax, &message, name, 0)
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(error) => error.fmt(f),
            Self::Open { path, error } => {
                let text = error.to_string();
                // The system's words without the number that Rust writes behind them.
                let words = text.split(" (os error").next().unwrap_or(&text);
                match error.raw_os_error() {
                    Some(number) => write!(f, "can't open file '{path}': [Errno {number}] {words}"),
                    None => write!(f, "can't open file '{path}': {words}"),
                }
            }
        }
    }
}

impl std::error::Error for ReadError {}
