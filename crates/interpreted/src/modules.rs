//! The built-in modules: what a program gets by `import math`, without a file.

mod arguments;
pub mod array;
mod c_math;
mod clocks;
mod cmath;
pub mod cython;
mod datetime;
mod math;
mod member;
pub mod mersenne;
mod random;
mod sha512;
mod sys;
mod time;

use crate::state::Machine;
use crate::value::{Type, Value};

pub use member::{Attribute, Member, MemberValue, Table};

/// The built-in modules and their names.
pub const MODULES: [(&str, &[Member]); 8] = [
    ("array", array::MEMBERS),
    ("cmath", cmath::MEMBERS),
    ("cython", cython::MEMBERS),
    ("datetime", datetime::MEMBERS),
    ("math", math::MEMBERS),
    ("random", random::MEMBERS),
    ("sys", sys::MEMBERS),
    ("time", time::MEMBERS),
];

/// The built-in module of that name, if there is one.
pub fn find(name: &str) -> Option<(&'static str, &'static [Member])> {
    MODULES.into_iter().find(|(known, _)| *known == name)
}

/// An attribute of a point in time, a difference of two, or an array; `None` when it has none of that name.
pub fn attribute(machine: &mut Machine, value: Value, name: &str) -> Option<Attribute> {
    match value {
        Value::DateTime(_) | Value::TimeDelta(_) => datetime::attribute(value, name),
        Value::Array(array) => array::attribute(&mut machine.heap, array, name),
        _ => None,
    }
}

/// A type of these modules, as it is called and with its names: `array.array`, `datetime.datetime`, `datetime.timedelta`.
pub fn table(kind: Type) -> Option<&'static Table> {
    [array::MEMBERS, datetime::MEMBERS].into_iter().flatten().find_map(|member| match member.value {
        MemberValue::Table(table) if table.kind == kind => Some(table),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
