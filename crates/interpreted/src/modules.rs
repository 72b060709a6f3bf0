//! The built-in modules: what a program gets by `import math`, without a file.

mod arguments;
mod c_math;
mod cmath;
mod math;
pub mod mersenne;
mod random;
mod sha512;

use crate::state::BuiltinFunction;

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
    /// A type of the module `cython`: the payload of [`crate::value::Value::CythonType`].
    CythonType(u16),
    /// A built-in type.
    Type(crate::value::Type),
    /// What depends on the machine, made when the module is imported.
    Made(fn(&mut crate::state::Machine) -> crate::value::Value),
    /// Something that has names itself, such as `datetime.datetime`.
    Table(&'static Table),
}

/// Something in a module that has names itself.
#[derive(Debug)]
pub struct Table {
    /// What it is, where it is a type.
    pub kind: Option<crate::value::Type>,
    /// What happens when it is called.
    pub call: Option<BuiltinFunction>,
    /// Its names.
    pub members: &'static [Member],
}

/// The names of a built-in module, if there is one of that name.
pub fn find(name: &str) -> Option<&'static [Member]> {
    Some(match name {
        "cmath" => cmath::MEMBERS,
        "math" => math::MEMBERS,
        "random" => random::MEMBERS,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;

/// The names of the built-in modules.
pub const NAMES: &[&str] = &["cmath", "math", "random"];

/// A method of a value of a built-in module's type.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub function: BuiltinFunction,
}

/// All methods of the types of built-in modules.
pub fn methods() -> &'static [Method] {
    &[]
}

/// The names that a type of a built-in module has.
pub fn table_of(_: crate::value::Type) -> Option<&'static Table> {
    None
}

/// An attribute of a value of a built-in module's type.
pub fn attribute(_: &mut crate::state::Machine, _: crate::value::Value, _: &str) -> Option<crate::value::Value> {
    None
}
