//! A function that was cut out of its file.

use std::ops::RangeInclusive;
use std::path::PathBuf;

/// A function as it stands in its file, with what it prepares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The file, from the workspace's root down.
    pub file: PathBuf,
    /// The line on which the function begins, with its doc comment and its attributes.
    pub first_line: usize,
    /// The line of the function's closing brace.
    pub last_line: usize,
    /// Everything from the doc comment to the closing brace, as written, indented as at the top level of a file.
    pub text: String,
    /// For each line of `text` its number in the file; `None` for the blank lines that were put between the parts.
    pub text_lines: Vec<Option<usize>>,
    /// The same as `text` without doc comments.
    pub code: String,
    /// For each line of `code` its number in the file; `None` for the blank lines that were put between the parts.
    pub code_lines: Vec<Option<usize>>,
}

impl Cut {
    /// The lines of the file that were cut out, as few ranges as can be.
    pub fn ranges(&self) -> Vec<RangeInclusive<usize>> {
        let mut ranges: Vec<RangeInclusive<usize>> = Vec::new();
        // A line between two that were cut may hold one of mdBook's anchors.
        let gap = |from: usize, to: usize| to.saturating_sub(from) > 2;
        let mut joined = false;
        for line in &self.text_lines {
            match (line, ranges.last_mut()) {
                (Some(line), Some(last)) if joined && !gap(*last.end(), *line) => *last = *last.start()..=*line,
                (Some(line), _) => ranges.push(*line..=*line),
                (None, _) => {}
            }
            joined = line.is_some();
        }
        ranges
    }
}
