//! A function of an executable, and the places in the sources that its instructions come from.

use std::ops::Range;
use std::sync::Arc;

/// A function of an executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub(super) name: Arc<str>,
    pub(super) path: Arc<str>,
    pub(super) symbol: Arc<str>,
    pub(super) aliases: Vec<Arc<str>>,
    pub(super) address: u64,
    pub(super) size: u64,
}

impl Function {
    /// The name as Rust writes it, `kernels::mandelbrot::naive`, with the types of a generic instance where the symbol tells them.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name in the symbol table.
    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// Other functions that the linker or the compiler has found to be the same machine code, by name.
    pub fn aliases(&self) -> impl Iterator<Item = &str> {
        self.aliases.iter().map(|name| &**name)
    }

    /// The address in the file's own address space, before the loader moves it.
    pub fn address(&self) -> u64 {
        self.address
    }

    /// The size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The addresses of the function.
    pub fn range(&self) -> Range<u64> {
        self.address..self.address.saturating_add(self.size)
    }
}

/// One place in the sources that an instruction comes from. Code that was inlined has several: where it was written, and where
/// each of the functions around it was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The function, `None` where the line table alone knows of the place. Inlined functions go by their last name.
    pub function: Option<Arc<str>>,
    /// The file, as an absolute path where the compiler was told one.
    pub file: Option<Arc<str>>,
    /// The line, counted from one; `None` for instructions that belong to no line.
    pub line: Option<u32>,
}
