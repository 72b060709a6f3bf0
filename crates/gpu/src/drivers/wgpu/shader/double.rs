//! Functions that drivers do not have in double precision, although the language lets them be written.
//!
//! The extended instructions of SPIR-V for angles, powers, exponentials and logarithms take numbers of 16 and 32 bits. With 64 bits they
//! compile, and a driver computes whatever it likes: Mesa's llvmpipe gives zero for every sine. So they are refused.
//!
//! Source: SPIR-V Extended Instructions for GLSL, version 1.00: "the operand must be a scalar or vector whose component type is 16-bit or
//! 32-bit floating-point".

use std::ops::Range;

use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{Expression, Function, MathFunction, Module, Scalar};

/// The places where a function is called in double precision that drivers have in single precision only, with the function's name.
pub(crate) fn missing(module: &Module, info: &ModuleInfo) -> Vec<(Range<usize>, &'static str)> {
    let called = module.functions.iter().map(|(handle, function)| (function, &info[handle]));
    let entries = module.entry_points.iter().enumerate();
    let entries = entries.map(|(index, entry)| (&entry.function, info.get_entry_point(index)));
    called.chain(entries).flat_map(|(function, info)| missing_in(function, info, module)).collect()
}

fn missing_in(function: &Function, info: &FunctionInfo, module: &Module) -> Vec<(Range<usize>, &'static str)> {
    let expressions = function.expressions.iter().filter_map(|(handle, expression)| match expression {
        Expression::Math { fun, arg, .. } if info[*arg].ty.inner_with(&module.types).scalar() == Some(Scalar::F64) => {
            Some((function.expressions.get_span(handle).to_range().unwrap_or_default(), single_only(*fun)?))
        }
        _ => None,
    });
    expressions.collect()
}

/// The name of a function that takes single precision only.
fn single_only(function: MathFunction) -> Option<&'static str> {
    use MathFunction as Function;
    Some(match function {
        Function::Radians => "radians",
        Function::Degrees => "degrees",
        Function::Sin => "sin",
        Function::Cos => "cos",
        Function::Tan => "tan",
        Function::Asin => "asin",
        Function::Acos => "acos",
        Function::Atan => "atan",
        Function::Sinh => "sinh",
        Function::Cosh => "cosh",
        Function::Tanh => "tanh",
        Function::Asinh => "asinh",
        Function::Acosh => "acosh",
        Function::Atanh => "atanh",
        Function::Atan2 => "atan2",
        Function::Pow => "pow",
        Function::Exp => "exp",
        Function::Log => "log",
        Function::Exp2 => "exp2",
        Function::Log2 => "log2",
        _ => return None,
    })
}
