//! What a program can call without defining it: built-in functions, the constructors of types, and the methods of values.
//!
//! All functions and methods stand in one table, and a function's number is its place there. The table says how the arguments
//! are counted, so that a wrong call gets Python's words, and a function finds each argument at its place: unbound where the call
//! leaves it out.

mod arguments;
mod attributes;
mod dicts;
mod functions;
mod lists;
mod numbers;
mod operands;
mod sets;
mod sorting;
mod strings;
mod tables;
mod types;

use std::sync::OnceLock;

use hashbrown::HashMap;

use crate::error::Outcome;
use crate::state::{Arguments, Machine};
use crate::value::{BuiltinId, Type, Value};

pub use arguments::{BuiltinEntry, Signature};
pub use attributes::attribute;
pub use operands::{index_argument, slice_bound};
pub use tables::BUILTINS;
pub use types::{construct, construct_exception};

/// Calls a function of the table. The object of a method is the first argument without a name.
pub fn call(machine: &mut Machine, function: BuiltinId, arguments: Arguments<'_>) -> Outcome<Value> {
    arguments::call(machine, &BUILTINS[usize::from(function.0)], arguments)
}

/// The built-in function with this name.
pub fn function(name: &str) -> Option<BuiltinId> {
    numbers_of_names().get(&(None, name)).copied()
}

/// The method of a type with this name.
pub fn method(owner: Type, name: &str) -> Option<BuiltinId> {
    let numbers = numbers_of_names();
    let found = numbers.get(&(Some(owner), name)).copied();
    found.or_else(|| if owner == Type::Bool { numbers.get(&(Some(Type::Int), name)).copied() } else { None })
}

/// Whether a method takes no object: `str.maketrans`, `dict.fromkeys`. An object's attribute of this name is the plain function.
pub fn is_static(method: BuiltinId) -> bool {
    matches!(BUILTINS[usize::from(method.0)].name, "maketrans" | "fromkeys")
}

/// The type that a built-in name stands for, when it stands for one: `int`, `list`.
pub fn type_named(name: &str) -> Option<Type> {
    const TYPES: [Type; 14] = [
        Type::Object,
        Type::Bool,
        Type::Int,
        Type::Float,
        Type::Complex,
        Type::Str,
        Type::List,
        Type::Tuple,
        Type::Dict,
        Type::Set,
        Type::Range,
        Type::Enumerate,
        Type::Zip,
        Type::Reversed,
    ];
    TYPES.into_iter().find(|kind| kind.name() == name)
}

fn numbers_of_names() -> &'static HashMap<(Option<Type>, &'static str), BuiltinId> {
    static NUMBERS: OnceLock<HashMap<(Option<Type>, &'static str), BuiltinId>> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        let numbered = BUILTINS.iter().enumerate();
        numbered.map(|(number, entry)| ((entry.owner, entry.name), BuiltinId(number as u16))).collect()
    })
}

#[cfg(test)]
mod tests;
