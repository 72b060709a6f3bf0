//! The text of a program.

use std::rc::Rc;

/// A file of Python.
#[derive(Debug)]
pub struct SourceFile {
    /// Its name, as the user gave it.
    pub name: Rc<str>,
    /// Its text.
    pub text: Rc<str>,
}
