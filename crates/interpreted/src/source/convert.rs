//! From the parser's tree to ours: what both halves, statements and expressions, need.

use std::collections::HashSet;

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::error::{ErrorKind, SourceError};
use super::file::SourceFile;
use super::tree::{Identifier, MAXIMUM_DEPTH, Name, Range, Statement};

/// Loops, `try` and handlers that one function may have within one another.
const MAXIMUM_BLOCKS: usize = 20;

pub(super) type Converted<T> = Result<T, SourceError>;

/// Converts one file. Stops at the first error.
pub(super) struct Converter<'a> {
    pub(super) source: &'a SourceFile,
    names: HashSet<Name>,
    depth: usize,
    /// Where the statement at hand stands.
    pub(super) place: Place,
    /// Every name that the file binds somewhere, its methods too.
    bound: HashSet<Name>,
    /// Uses of names that Python 2 has: an error unless the file binds them itself.
    suspects: Vec<(Identifier, &'static str)>,
    pub(super) annotations_postponed: bool,
    /// Future imports that begin before this offset stand where they may.
    pub(super) futures_end: u32,
}

/// What is around a statement within its function.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) in_function: bool,
    pub(super) in_block: bool,
    pub(super) in_loop: bool,
    blocks: usize,
}

/// What Python 2 has and Python 3 writes otherwise.
const PYTHON_2_NAMES: &[(&str, &str)] = &[
    ("xrange", "range(...)"),
    ("raw_input", "input(...)"),
    ("unicode", "str(...)"),
    ("long", "int(...)"),
    ("unichr", "chr(...)"),
    ("basestring", "str"),
    ("reduce", "a loop"),
    ("execfile", "import"),
    ("cmp", "(a > b) - (a < b)"),
    ("apply", "function(*arguments)"),
];

/// Methods that Python 2 has and Python 3 writes otherwise.
const PYTHON_2_METHODS: &[(&str, &str)] = &[
    ("has_key", "key in dictionary"),
    ("iteritems", ".items()"),
    ("itervalues", ".values()"),
    ("iterkeys", ".keys()"),
];

impl<'a> Converter<'a> {
    pub(super) fn new(source: &'a SourceFile) -> Self {
        Self {
            source,
            names: HashSet::new(),
            depth: 0,
            place: Place::default(),
            bound: HashSet::new(),
            suspects: Vec::new(),
            annotations_postponed: false,
            futures_end: 0,
        }
    }

    /// All statements of a file.
    pub(super) fn module(&mut self, body: &[ast::Stmt]) -> Converted<Vec<Statement>> {
        self.futures(body)?;
        let body = self.body(body)?;
        match self.suspects.iter().find(|(used, _)| !self.bound.contains(&used.name)) {
            Some((used, instead)) => {
                let text = format!("'{}' is Python 2", used.name);
                let error = SourceError::new(ErrorKind::Unsupported, text, self.source, used.range);
                Err(SourceError { hint: Some((*instead).into()), ..error })
            }
            None => Ok(body),
        }
    }

    /// Does something one level deeper in the tree.
    pub(super) fn deeper<T>(&mut self, range: TextRange, work: impl FnOnce(&mut Self) -> Converted<T>) -> Converted<T> {
        if self.depth == MAXIMUM_DEPTH {
            let text = "maximum recursion depth exceeded during compilation";
            return Err(SourceError::new(ErrorKind::Recursion, text, self.source, convert_range(range)));
        }
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        done
    }

    /// Statements within a loop, a `try` or a handler, which CPython counts.
    pub(super) fn block(
        &mut self,
        body: &[ast::Stmt],
        at: TextRange,
        is_loop: bool,
        count: usize,
    ) -> Converted<Vec<Statement>> {
        let before = self.place;
        self.place.blocks += count;
        self.place.in_loop |= is_loop;
        if self.place.blocks > MAXIMUM_BLOCKS {
            return Err(self.syntax(at, "too many statically nested blocks"));
        }
        let body = self.body(body);
        self.place = before;
        body
    }

    /// The statements of a function or of a class: what is around it does not count.
    pub(super) fn own_block(&mut self, body: &[ast::Stmt], in_function: bool) -> Converted<Vec<Statement>> {
        let before = std::mem::replace(&mut self.place, Place { in_function, in_block: true, ..Place::default() });
        let body = self.body(body);
        self.place = before;
        body
    }

    pub(super) fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name = Name::from(text);
        self.names.insert(name.clone());
        name
    }

    pub(super) fn identifier(&mut self, identifier: &ast::Identifier) -> Identifier {
        Identifier { name: self.name(identifier.as_str()), range: convert_range(identifier.range) }
    }

    /// An identifier that is bound here.
    pub(super) fn binding(&mut self, identifier: &ast::Identifier) -> Converted<Identifier> {
        let identifier = self.identifier(identifier);
        self.bind(&identifier.name, identifier.range)?;
        Ok(identifier)
    }

    pub(super) fn bind(&mut self, name: &Name, range: Range) -> Converted<()> {
        if &**name == "__debug__" {
            return Err(SourceError::new(ErrorKind::Syntax, "cannot assign to __debug__", self.source, range));
        }
        self.bound.insert(name.clone());
        Ok(())
    }

    /// Remembers a name that only Python 2 has.
    pub(super) fn suspect_name(&mut self, text: &str, range: TextRange) {
        self.suspect(text, range, PYTHON_2_NAMES);
    }

    /// Remembers a call of a method that only Python 2 has.
    pub(super) fn suspect_method(&mut self, name: &ast::Identifier) {
        self.suspect(name.as_str(), name.range, PYTHON_2_METHODS);
    }

    fn suspect(&mut self, text: &str, range: TextRange, list: &[(&str, &'static str)]) {
        if let Some(&(_, instead)) = list.iter().find(|(name, _)| *name == text) {
            let name = self.name(text);
            self.suspects.push((Identifier { name, range: convert_range(range) }, instead));
        }
    }

    pub(super) fn syntax(&self, range: TextRange, message: impl Into<String>) -> SourceError {
        SourceError::new(ErrorKind::Syntax, message, self.source, convert_range(range))
    }

    /// An error that names a construct of Python that is not of this one.
    pub(super) fn unsupported(&self, range: TextRange, construct: &str) -> SourceError {
        let message = format!("{construct} is not part of this small Python");
        SourceError::new(ErrorKind::Unsupported, message, self.source, convert_range(range))
    }

    /// The same with a better way to write it.
    pub(super) fn python_2(&self, range: TextRange, construct: &str, instead: &str) -> SourceError {
        let message = format!("{construct} is Python 2");
        let error = SourceError::new(ErrorKind::Unsupported, message, self.source, convert_range(range));
        SourceError { hint: Some(instead.into()), ..error }
    }

    pub(super) fn text_of(&self, node: &impl Ranged) -> &'a str {
        self.source.slice(convert_range(node.range()))
    }
}

pub(super) fn convert_range(range: TextRange) -> Range {
    Range { start: range.start().to_u32(), end: range.end().to_u32() }
}
