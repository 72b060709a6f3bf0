//! Whether a module is one of the language, with what kernels here may have beyond it: numbers of 64 bits.

use naga::Module;
use naga::valid::{Capabilities, ModuleInfo, ValidationError, ValidationFlags, Validator};

/// What is wrong with a module.
pub(crate) type Invalid = Box<naga::WithSpan<ValidationError>>;

/// Checks a module for everything that the language demands.
///
/// # Errors
/// The first thing that it does not keep, with its places in the text.
pub(crate) fn validate(module: &Module) -> Result<ModuleInfo, Invalid> {
    let capabilities = Capabilities::FLOAT64 | Capabilities::SHADER_INT64;
    Validator::new(ValidationFlags::all(), capabilities).validate(module).map_err(Box::new)
}
