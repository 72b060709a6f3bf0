//! The built-in modules: what a program gets by `import math`, without a file.

mod arguments;
pub mod array;
mod c_math;
mod clocks;
mod cmath;
pub mod cython;
mod datetime;
mod math;
pub mod mersenne;
mod random;
mod sha512;
mod sys;
mod time;

use crate::state::{BuiltinFunction, Machine};
use crate::value::{Type, Value};

/// A name of a built-in module.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The name.
    pub name: &'static str,
    /// What it stands for.
    pub value: MemberValue,
}

/// What a name of a built-in module stands for.
#[derive(Clone, Copy, Debug)]
pub enum MemberValue {
    /// A function.
    Function(BuiltinFunction),
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A complex number: real and imaginary part.
    Complex(f64, f64),
    /// A type of the module `cython`: the place in [`cython::TYPES`], which [`Value::CythonType`] holds.
    CythonType(u16),
    /// What lies in the heap, made when the module is imported.
    Made(fn(&mut Machine) -> Value),
    /// A type that has names itself: `datetime.datetime`.
    Table(&'static Table),
}

/// A type in a module.
#[derive(Debug)]
pub struct Table {
    /// The type.
    pub kind: Type,
    /// What happens when it is called.
    pub call: BuiltinFunction,
    /// Its names: `now`.
    pub members: &'static [Member],
}

/// What an attribute of a value of a type of these modules is.
#[derive(Clone, Copy, Debug)]
pub enum Attribute {
    /// A value.
    Value(Value),
    /// A function whose first argument is the object.
    Method(BuiltinFunction),
}

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
