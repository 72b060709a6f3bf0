//! How a program is executed.

/// How often a loop is executed before it is compiled, unless somebody asks for another number.
pub const THRESHOLD: u32 = 1000;

/// How a program is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Instruction by instruction.
    Interpreted,
    /// Instruction by instruction, until a loop has been executed so often that it is compiled for the types seen in it.
    Observed {
        /// The iterations of a loop before it is compiled.
        threshold: u32,
        /// Whether the comparison of a complex number's absolute value with a constant is decided by squares where they suffice.
        squares: bool,
    },
}

impl Engine {
    /// The compiler that watches, with its usual settings.
    pub const fn observed() -> Engine {
        Engine::Observed { threshold: THRESHOLD, squares: true }
    }

    /// The same, but loops are compiled at their third iteration: for tests, whose loops are short.
    pub const fn observed_at_once() -> Engine {
        Engine::Observed { threshold: 2, squares: true }
    }
}
