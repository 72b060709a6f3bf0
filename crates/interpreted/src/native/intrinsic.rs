//! The functions that the compiler knows how to do.

/// A built-in function or type that the compiler knows how to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is Python's function of that name")]
pub enum Intrinsic {
    Abs,
    Len,
    Range,
    Int,
    Float,
    Complex,
    Bool,
    Min,
    Max,
    Sqrt,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Atan2,
    Sinh,
    Cosh,
    Tanh,
    Exp,
    Log,
    Log10,
    Log2,
    Fabs,
    Append,
}

impl Intrinsic {
    /// The function of this name in this module; `builtins` for those that need no import.
    pub fn named(module: &str, name: &str) -> Option<Intrinsic> {
        Some(match (module, name) {
            ("builtins", "abs") => Intrinsic::Abs,
            ("builtins", "len") => Intrinsic::Len,
            ("builtins", "range") => Intrinsic::Range,
            ("builtins", "int") => Intrinsic::Int,
            ("builtins", "float") => Intrinsic::Float,
            ("builtins", "complex") => Intrinsic::Complex,
            ("builtins", "bool") => Intrinsic::Bool,
            ("builtins", "min") => Intrinsic::Min,
            ("builtins", "max") => Intrinsic::Max,
            ("builtins", "append") => Intrinsic::Append,
            ("math", "sqrt") => Intrinsic::Sqrt,
            ("math", "sin") => Intrinsic::Sin,
            ("math", "cos") => Intrinsic::Cos,
            ("math", "tan") => Intrinsic::Tan,
            ("math", "asin") => Intrinsic::Asin,
            ("math", "acos") => Intrinsic::Acos,
            ("math", "atan") => Intrinsic::Atan,
            ("math", "atan2") => Intrinsic::Atan2,
            ("math", "sinh") => Intrinsic::Sinh,
            ("math", "cosh") => Intrinsic::Cosh,
            ("math", "tanh") => Intrinsic::Tanh,
            ("math", "exp") => Intrinsic::Exp,
            ("math", "log") => Intrinsic::Log,
            ("math", "log10") => Intrinsic::Log10,
            ("math", "log2") => Intrinsic::Log2,
            ("math", "fabs") => Intrinsic::Fabs,
            _ => return None,
        })
    }
}
