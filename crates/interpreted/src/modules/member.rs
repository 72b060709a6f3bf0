//! What a built-in module consists of.

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
    /// A type of the module `cython`: the place in [`crate::modules::cython::TYPES`], which [`Value::CythonType`] holds.
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
