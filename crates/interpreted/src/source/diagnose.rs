//! From the place where the parser stopped to what CPython says about it.

use ruff_python_parser::{ParseError, UnsupportedSyntaxError};
use super::error::{ErrorKind, SourceError};
use super::file::SourceFile;
use super::scan::Scanned;

pub(super) fn diagnose(source: &SourceFile, scanned: &Scanned, errors: &[ParseError], unsupported: &[UnsupportedSyntaxError]) -> Option<SourceError> {
    let _ = (scanned, unsupported);
    let e = errors.first()?;
    Some(SourceError::new(ErrorKind::Syntax, format!("{:?}", e.error), source, super::convert::convert_range(e.location)))
}
