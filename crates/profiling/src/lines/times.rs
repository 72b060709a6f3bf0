//! Times of source lines, from wherever they come.

use std::collections::HashMap;
use std::path::Path;

/// Times of source lines, from wherever they come: sampled, simulated, or read from another profiler's file.
pub trait LineTimes {
    /// The seconds spent on a line of a file; `None` when nothing is known of it, which is printed as `-`.
    ///
    /// The file is named as `file!()` names it: most often relative to the root of the workspace, while debug information has the
    /// whole path. Two names mean the same file when one of them [ends with](Path::ends_with) the other.
    fn seconds(&self, file: &str, line: u32) -> Option<f64>;
}

/// Times in a map, by file and line.
///
/// A line that is not in the map took no time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SecondsByLine {
    lines: HashMap<u32, Vec<(String, f64)>>,
}

impl SecondsByLine {
    /// No times yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds to the time of a line.
    pub fn add(&mut self, file: &str, line: u32, seconds: f64) {
        let files = self.lines.entry(line).or_default();
        match files.iter_mut().find(|(known, _)| known == file) {
            Some((_, total)) => *total += seconds,
            None => files.push((file.into(), seconds)),
        }
    }
}

impl LineTimes for SecondsByLine {
    fn seconds(&self, file: &str, line: u32) -> Option<f64> {
        let same = |known: &str| Path::new(known).ends_with(file) || Path::new(file).ends_with(known);
        let files = self.lines.get(&line).into_iter().flatten();
        Some(files.filter(|(known, _)| same(known)).fold(0.0, |sum, (_, seconds)| sum + seconds))
    }
}
