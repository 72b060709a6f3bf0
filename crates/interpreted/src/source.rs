//! Text of a Python file to a tree: the only room that names the parser.
//!
//! ```
//! let module = interpreted::source::parse("hello.py", "print('hello')\n").unwrap();
//! assert_eq!(module.body.len(), 1);
//! let error = interpreted::source::parse("wrong.py", "print 'hello'\n").unwrap_err();
//! assert_eq!(error.message, "Missing parentheses in call to 'print'. Did you mean print(...)?");
//! ```

mod convert;
mod declarations;
mod diagnose;
mod error;
mod expressions;
mod file;
mod hints;
mod kinds;
mod range;
mod scan;
mod statements;
mod strings;
mod targets;
#[cfg(test)]
mod tests;
pub mod tree;
mod walk;
mod words;

use std::sync::Arc;

use ruff_python_parser::parse_unchecked;

pub use error::{ErrorKind, SourceError};
pub use file::{ReadError, SourceFile};
pub use tree::Module;

/// Stack for the parser's own recursion: what it leaves untouched costs no memory.
const STACK: usize = 64 << 20;
/// Stack that dropping the parser's tree may need for each byte of the longest statement, with room to spare.
const STACK_PER_BYTE: usize = 512;

/// The tree of a file, of which every construct is part of this Python.
///
/// # Errors
/// What CPython refuses, in its words, and what this Python does not have.
pub fn parse(file: &str, text: &str) -> Result<Module, SourceError> {
    parse_file(SourceFile::new(file, text)?)
}

/// The same for a file that was read already.
///
/// # Errors
/// What CPython refuses, in its words, and what this Python does not have.
pub fn parse_file(source: SourceFile) -> Result<Module, SourceError> {
    let scanned = scan::scan(&source);
    if let Some(error) = scanned.error.as_ref().filter(|_| !scanned.may_be_shadowed) {
        return Err(hints::python_3(&words::Words::new(&source, &scanned.words), error.clone()));
    }
    let source = Arc::new(source);
    let size = STACK + STACK_PER_BYTE * scanned.longest_line;
    let parsed = std::thread::scope(|scope| {
        let worker =
            std::thread::Builder::new().stack_size(size).spawn_scoped(scope, || on_large_stack(&source, &scanned));
        worker.ok().and_then(|worker| worker.join().ok())
    });
    // No thread, or no memory for its stack.
    parsed.unwrap_or_else(|| Err(SourceError::without_line(ErrorKind::Memory, "", &source.name, 1)))
}

fn on_large_stack(source: &Arc<SourceFile>, scanned: &scan::Scanned) -> Result<Module, SourceError> {
    let parsed = parse_unchecked(&source.text, diagnose::options());
    if let Some(error) = diagnose::diagnose(source, scanned, parsed.errors(), parsed.unsupported_syntax_errors()) {
        return Err(error);
    }
    let ruff_python_ast::Mod::Module(module) = parsed.syntax() else {
        return Err(SourceError::without_line(ErrorKind::Syntax, "invalid syntax", &source.name, 1));
    };
    let mut converter = convert::Converter::new(source);
    let body = converter.module(&module.body)?;
    declarations::check(source, &body)?;
    Ok(Module { source: source.clone(), body, annotations_postponed: converter.annotations_postponed })
}
