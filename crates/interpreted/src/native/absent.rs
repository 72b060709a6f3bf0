//! A build without the compiler.

use crate::bytecode::Code;
use crate::native::{CompiledLoop, Environment, Options, Refused};
use crate::types::TypeSource;

/// Would make machine code of loops; there is none in this build.
pub enum Compiler {}

impl Compiler {
    /// Why there is none.
    ///
    /// # Errors
    /// Always.
    pub fn new() -> Result<Compiler, String> {
        Err("this build has no compiler; build it with the feature `compiler`, which is on by default".to_owned())
    }

    /// Never called.
    ///
    /// # Errors
    /// Never.
    pub fn compile(
        &mut self,
        _: Environment<'_>,
        _: &Code,
        _: u32,
        _: &dyn TypeSource,
        _: &Options,
    ) -> Result<CompiledLoop, Refused> {
        match *self {}
    }
}
