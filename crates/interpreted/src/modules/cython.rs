//! The module `cython`: types that tell the compiler something and the interpreter nothing.

use crate::error::Outcome;
use crate::modules::arguments::some;
use crate::modules::{Member, MemberValue};
use crate::state::{Arguments, Machine};
use crate::value::Value;

/// The names of the types; a [`Value::CythonType`] holds the place in this list.
#[rustfmt::skip]
pub const TYPES: &[&str] = &[
    "int", "long", "longlong", "short", "char", "schar", "uchar", "ushort", "uint", "ulong", "ulonglong", "size_t",
    "Py_ssize_t", "bint", "float", "double", "longdouble", "floatcomplex", "doublecomplex", "complex", "void", "p_void",
    "p_char", "p_short", "p_int", "p_long", "p_longlong", "p_float", "p_double", "p_bint", "p_Py_ssize_t",
    "p_floatcomplex", "p_doublecomplex", "pp_int", "pp_double", "pp_char", "pp_void",
];

fn declare(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let values = some(machine, "cython.", "declare", (1, 2), arguments)?;
    Ok(values.get(1).copied().unwrap_or(Value::None))
}

fn cast(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let values = some(machine, "cython.", "cast", (2, 2), arguments)?;
    Ok(values[1])
}

const COUNT: usize = TYPES.len() + 3;

const ALL: [Member; COUNT] = {
    let mut members = [Member { name: "compiled", value: MemberValue::Bool(false) }; COUNT];
    let mut place = 0;
    while place < TYPES.len() {
        members[place] = Member { name: TYPES[place], value: MemberValue::CythonType(place as u16) };
        place += 1;
    }
    members[place] = Member { name: "declare", value: MemberValue::Function(declare) };
    members[place + 1] = Member { name: "cast", value: MemberValue::Function(cast) };
    members
};

/// The names of the module.
pub(super) const MEMBERS: &[Member] = &ALL;
