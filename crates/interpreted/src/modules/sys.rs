//! The module `sys`, as far as programs of the course need it.

use crate::error::{ExceptionKind, Outcome};
use crate::modules::arguments::some;
use crate::modules::{Member, MemberValue};
use crate::state::{Arguments, Machine};
use crate::value::Value;

/// The list `sys.argv`.
fn argv(machine: &mut Machine) -> Value {
    let arguments = machine.arguments.clone();
    let items = arguments.into_iter().map(|argument| machine.heap.text(argument)).collect();
    machine.heap.list(items)
}

fn exit(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let values = some(machine, "sys.", "exit", (0, 1), arguments)?;
    let arguments = match *values {
        [] | [Value::None] => Vec::new(),
        [Value::Tuple(tuple)] => machine.heap[tuple].0.to_vec(),
        ref given => given.to_vec(),
    };
    Err(machine.heap.raise_with(ExceptionKind::SystemExit, arguments))
}

/// The names of the module.
pub(super) const MEMBERS: &[Member] = &[
    Member { name: "argv", value: MemberValue::Made(argv) },
    Member { name: "exit", value: MemberValue::Function(exit) },
    Member { name: "maxsize", value: MemberValue::Int(i64::MAX) },
];
