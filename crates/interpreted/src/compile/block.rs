//! What can be around the statement that is written: a loop, a part of a `try`.

use super::assembler::{HandlerNumber, Label};
use crate::source::tree::Statement;

/// Something around the statement that is written now.
#[derive(Clone, Copy, Debug)]
pub(super) enum Block<'t> {
    /// A `while` loop.
    While { head: Label, end: Label },
    /// A `for` loop; its iterator lies on the stack.
    For { head: Label, end: Label },
    /// The body of a `try` with handlers, and the handler that is outside of it.
    Try { outside: Option<HandlerNumber> },
    /// The body of a `try` with `finally`, or its handlers.
    Finally { body: &'t [Statement], outside: Option<HandlerNumber> },
    /// A `finally` that an exception has entered: the exception before that one and it itself lie on the stack.
    Ending { outside: Option<HandlerNumber> },
    /// The body of `except`: the exception before the one that is handled lies on the stack. The name is unbound at the end.
    Handler { name: Option<&'t str>, outside: Option<HandlerNumber> },
    /// A `finally` on the way out of a function: the value that is returned lies on the stack.
    Value,
}

impl Block<'_> {
    /// How many operands it keeps on the stack.
    pub(super) fn operands(self) -> u32 {
        match self {
            Block::While { .. } | Block::Try { .. } | Block::Finally { .. } => 0,
            Block::For { .. } | Block::Handler { .. } | Block::Value => 1,
            Block::Ending { .. } => 2,
        }
    }
}
