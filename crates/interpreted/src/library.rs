//! Everything that is written in Rust and that a program can name, under one numbering: the built-in functions and methods first,
//! then the functions of the built-in modules.

use std::sync::OnceLock;

use crate::builtins;
use crate::describe::type_of;
use crate::error::Outcome;
use crate::heap::Heap;
use crate::modules::{self, Member, MemberValue, Table};
use crate::objects::{BuiltinMethod, Module};
use crate::state::{Arguments, BuiltinFunction, Machine};
use crate::value::{BuiltinId, Ref, Type, Value};

/// A function of a built-in module.
struct OfModule {
    module: &'static str,
    name: &'static str,
    function: BuiltinFunction,
}

/// The functions of the built-in modules.
fn of_modules() -> &'static [OfModule] {
    static FUNCTIONS: OnceLock<Vec<OfModule>> = OnceLock::new();
    FUNCTIONS.get_or_init(|| {
        let mut functions = Vec::new();
        for name in modules::NAMES {
            collect(name, modules::find(name).unwrap_or_default(), &mut functions);
        }
        for method in modules::methods() {
            functions.push(OfModule { module: "", name: method.name, function: method.function });
        }
        functions
    })
}

fn collect(module: &'static str, members: &[Member], functions: &mut Vec<OfModule>) {
    for member in members {
        match member.value {
            MemberValue::Function(function) => functions.push(OfModule { module, name: member.name, function }),
            MemberValue::Table(table) => collect("", table.members, functions),
            _ => {}
        }
    }
}

/// The number of a module's function.
fn number(function: BuiltinFunction) -> BuiltinId {
    let place = of_modules().iter().position(|known| std::ptr::fn_addr_eq(known.function, function));
    let place = place.expect("every function of a module is in the list") + builtins::BUILTINS.len();
    BuiltinId(u16::try_from(place).expect("there are fewer than 65536 functions"))
}

/// The name of a function.
pub fn name(function: BuiltinId) -> &'static str {
    let place = usize::from(function.0);
    match builtins::BUILTINS.get(place) {
        Some(entry) => entry.name,
        None => of_modules()[place - builtins::BUILTINS.len()].name,
    }
}

/// The module of a function: `builtins` for those that need no import.
pub fn module_of(function: BuiltinId) -> &'static str {
    let place = usize::from(function.0);
    if place < builtins::BUILTINS.len() { "builtins" } else { of_modules()[place - builtins::BUILTINS.len()].module }
}

/// Calls a function.
pub fn call(machine: &mut Machine, function: BuiltinId, arguments: Arguments<'_>) -> Outcome<Value> {
    let place = usize::from(function.0);
    if place < builtins::BUILTINS.len() {
        return builtins::call(machine, function, arguments);
    }
    (of_modules()[place - builtins::BUILTINS.len()].function)(machine, arguments)
}

/// Calls a built-in type.
pub fn construct(machine: &mut Machine, kind: Type, arguments: Arguments<'_>) -> Outcome<Value> {
    match modules::table_of(kind).and_then(|table| table.call) {
        Some(call) => call(machine, arguments),
        None => builtins::construct(machine, kind, arguments),
    }
}

/// What a built-in type binds a name to.
pub fn type_attribute(machine: &mut Machine, kind: Type, name: &str) -> Option<Value> {
    if let Some(member) = modules::table_of(kind).and_then(|table| table.members.iter().find(|member| member.name == name)) {
        return Some(value(machine, member.value));
    }
    builtins::method(kind, name).map(Value::Builtin)
}

/// An attribute of a value of a built-in type: a number's part, a method bound to the value.
pub fn attribute(machine: &mut Machine, object: Value, name: &str) -> Option<Value> {
    if let Some(value) = modules::attribute(machine, object, name) {
        return Some(value);
    }
    if let Some(value) = builtins::attribute(&mut machine.heap, object, name) {
        return Some(value);
    }
    let function = builtins::method(type_of(&machine.heap, object)?, name)?;
    if builtins::is_static(function) {
        return Some(Value::Builtin(function));
    }
    Some(Value::BuiltinMethod(machine.heap.allocate(BuiltinMethod { function, object })))
}

/// The names of the methods of a built-in type's values, and of what a built-in type has.
pub fn attribute_names(heap: &Heap, object: Value) -> Vec<&'static str> {
    let Some(kind) = (match object {
        Value::Type(kind) => Some(kind),
        object => type_of(heap, object),
    }) else {
        return Vec::new();
    };
    let members = modules::table_of(kind).map_or(&[][..], |table| table.members).iter().map(|member| member.name);
    members.chain(builtins::BUILTINS.iter().filter(|entry| entry.owner == Some(kind)).map(|entry| entry.name)).collect()
}

/// The value of a member of a module.
fn value(machine: &mut Machine, member: MemberValue) -> Value {
    match member {
        MemberValue::Function(function) => Value::Builtin(number(function)),
        MemberValue::Bool(value) => Value::Bool(value),
        MemberValue::Int(value) => Value::Int(value),
        MemberValue::Float(value) => Value::Float(value),
        MemberValue::Complex(real, imaginary) => Value::Complex(real, imaginary),
        MemberValue::CythonType(number) => Value::CythonType(number),
        MemberValue::Type(kind) => Value::Type(kind),
        MemberValue::Made(make) => make(machine),
        MemberValue::Table(Table { kind: Some(kind), .. }) => Value::Type(*kind),
        MemberValue::Table(table) => Value::Module(made(machine, "", table.members)),
    }
}

/// A module with these names.
fn made(machine: &mut Machine, name: &str, members: &[Member]) -> Ref<Module> {
    let mut module = Module { name: name.into(), values: Vec::new(), names: Vec::new(), fallback: Vec::new() };
    for member in members {
        module.names.push(machine.names.symbol(member.name));
        module.values.push(value(machine, member.value));
        module.fallback.push(Value::Unbound);
    }
    machine.heap.allocate(module)
}

/// A built-in module by its name.
pub fn module(machine: &mut Machine, name: &str) -> Option<Ref<Module>> {
    let members = modules::find(name)?;
    Some(made(machine, name, members))
}

/// The names that a program can use without importing anything.
pub fn globals() -> Vec<(&'static str, Value)> {
    let functions = builtins::BUILTINS.iter().enumerate().filter(|(_, entry)| entry.owner.is_none());
    let mut all: Vec<_> = functions.map(|(place, entry)| (entry.name, Value::Builtin(BuiltinId(place as u16)))).collect();
    let types = ["object", "bool", "int", "float", "complex", "str", "list", "tuple", "dict", "set", "range", "enumerate", "zip", "reversed"];
    all.extend(types.into_iter().filter_map(|name| builtins::type_named(name).map(|kind| (name, Value::Type(kind)))));
    all
}
