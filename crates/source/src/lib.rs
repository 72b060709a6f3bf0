//! Functions cut out of the sources, so that what is shown is what is compiled; and two of them side by side.
//!
//! [`Sources`] reads each file of the workspace once and cuts functions out of it, with what they prepare and the kernels that they
//! share; [`side_by_side`] shows how two texts differ and counts the lines of code that do. The `course` command shows with it, and the
//! tests of every crate's steps hold the steps to their rules.

mod attributes;
mod cut;
mod error;
mod find;
mod parsed;
mod part;
mod python;
pub mod side_by_side;
#[cfg(test)]
mod tests;
pub mod workspace;

pub use cut::Cut;
pub use error::SourceError;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;

use attributes::attributed;
use find::find;
use parsed::Parsed;
use part::{Part, join};

/// The sources of a workspace. A file is read and parsed when something of it is asked for first, and only then.
pub struct Sources {
    root: PathBuf,
    files: HashMap<String, Parsed>,
    parses: usize,
}

impl Sources {
    /// The sources below the workspace's root, of which nothing is read yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), files: HashMap::new(), parses: 0 }
    }

    /// The workspace's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// How many files have been read and parsed.
    pub fn parses(&self) -> usize {
        self.parses
    }

    /// Cuts a free function out of a file, which is given from the workspace's root down.
    ///
    /// The function may stand in any module of the file that is not compiled for tests only; the outermost of that name is taken.
    /// A function that returns something `Prepared` does not compute itself: the type that it prepares is cut too, with its own
    /// methods and its `impl Prepared`, in the order of the file and with blank lines between. So is a kernel that stands beside the
    /// function because other files call it too. The lines that mark mdBook's anchors are left out.
    ///
    /// # Errors
    /// When the file cannot be read, is no Rust, or has no such function.
    pub fn cut(&mut self, file: &str, function: &str) -> Result<Cut, SourceError> {
        let parsed = self.parsed(file)?;
        let found = find(parsed, function)?;
        let mut parts = vec![Part::new(found.item)];
        parts.extend(found.prepared().into_iter().map(Part::new));
        parts.extend(found.kernels().map(Part::new));
        // These may stand above the function.
        parts.sort_by_key(|part| part.span.start());
        let lines: Vec<&str> = parsed.text.lines().collect();
        let (text, text_lines) = join(parts.iter().map(|part| part.text(&lines)));
        let (code, code_lines) = join(parts.iter().map(|part| part.code(&lines)));
        let span = found.item.span();
        Ok(Cut {
            file: file.into(),
            first_line: span.start().line,
            last_line: span.end().line,
            text,
            text_lines,
            code,
            code_lines,
        })
    }

    /// Cuts a function, or a method by `Class.method`, out of a file of Python, which is given from the workspace's root down.
    ///
    /// # Errors
    /// When the file cannot be read or has no such function.
    pub fn cut_python(&self, file: &str, function: &str) -> Result<Cut, SourceError> {
        let text = std::fs::read_to_string(self.root.join(file));
        let text = text.map_err(|error| SourceError::Unreadable { file: file.into(), why: error.to_string() })?;
        python::cut(file, &text, function)
    }

    /// The line on which the `fn` of a function stands: the one that [`Sources::cut`] would take. Lines count from one.
    pub fn line_of(&mut self, file: &str, function: &str) -> Option<usize> {
        let found = find(self.parsed(file).ok()?, function).ok()?;
        Some(found.function.sig.fn_token.span.start().line)
    }

    /// A file's text with an attribute, which ends in a space, before each of its functions that begins on one of the chosen
    /// lines: free functions and methods, in modules too. Left out are those that are compiled for tests only, and those that no
    /// attribute can count: `const`, `async` and foreign ones. No line gets another number.
    ///
    /// # Errors
    /// When the file cannot be read or is no Rust.
    pub fn attributed(
        &mut self,
        file: &str,
        attribute: &str,
        chosen: impl Fn(usize) -> bool,
    ) -> Result<String, SourceError> {
        Ok(attributed(self.parsed(file)?, attribute, chosen))
    }

    fn parsed(&mut self, file: &str) -> Result<&Parsed, SourceError> {
        match self.files.entry(file.to_owned()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                self.parses += 1;
                Ok(unknown.insert(Parsed::read(&self.root, file)?))
            }
        }
    }
}
