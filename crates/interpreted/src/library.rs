//! Everything that is written in Rust and that a program can name, under one numbering: the built-in functions and methods first,
//! then the functions of the built-in modules.

use std::sync::{PoisonError, RwLock};

use crate::builtins;
use crate::describe::type_of;
use crate::error::Outcome;
use crate::heap::Heap;
use crate::modules::{self, Attribute, Member, MemberValue};
use crate::objects::{BuiltinMethod, Module};
use crate::state::{Arguments, BuiltinFunction, Machine};
use crate::value::{BuiltinId, Ref, Type, Value};

/// A function of a built-in module, or a method of one of its types.
struct OfModule {
    module: &'static str,
    name: Box<str>,
    function: BuiltinFunction,
}

/// Those that some program has named so far, in the order in which they get their numbers. None is ever taken away.
static OF_MODULES: RwLock<Vec<&'static OfModule>> = RwLock::new(Vec::new());

fn of_module(place: usize) -> &'static OfModule {
    OF_MODULES.read().unwrap_or_else(PoisonError::into_inner)[place - builtins::BUILTINS.len()]
}

/// The number of a module's function, which gets one when it is named for the first time.
fn number(module: &'static str, name: &str, function: BuiltinFunction) -> BuiltinId {
    let mut known = OF_MODULES.write().unwrap_or_else(PoisonError::into_inner);
    let same =
        |one: &&OfModule| std::ptr::fn_addr_eq(one.function, function) && &*one.name == name && one.module == module;
    let place = known.iter().position(same).unwrap_or_else(|| {
        known.push(Box::leak(Box::new(OfModule { module, name: name.into(), function })));
        known.len() - 1
    });
    BuiltinId(u16::try_from(builtins::BUILTINS.len() + place).expect("there are fewer than 65536 functions"))
}

/// The name of a function.
pub fn name(function: BuiltinId) -> &'static str {
    let place = usize::from(function.0);
    match builtins::BUILTINS.get(place) {
        Some(entry) => entry.name,
        None => &of_module(place).name,
    }
}

/// The module of a function: `builtins` for those that need no import.
pub fn module_of(function: BuiltinId) -> &'static str {
    let place = usize::from(function.0);
    if place < builtins::BUILTINS.len() { "builtins" } else { of_module(place).module }
}

/// Calls a function.
pub fn call(machine: &mut Machine, function: BuiltinId, arguments: Arguments<'_>) -> Outcome<Value> {
    let place = usize::from(function.0);
    if place < builtins::BUILTINS.len() {
        return builtins::call(machine, function, arguments);
    }
    (of_module(place).function)(machine, arguments)
}

/// Calls a built-in type.
pub fn construct(machine: &mut Machine, kind: Type, arguments: Arguments<'_>) -> Outcome<Value> {
    match modules::table(kind) {
        Some(table) => (table.call)(machine, arguments),
        None => builtins::construct(machine, kind, arguments),
    }
}

/// What a built-in type binds a name to.
pub fn type_attribute(machine: &mut Machine, kind: Type, name: &str) -> Option<Value> {
    if let Some(member) = modules::table(kind).and_then(|table| table.members.iter().find(|member| member.name == name))
    {
        return Some(value(machine, "", member));
    }
    builtins::method(kind, name).map(Value::Builtin)
}

/// An attribute of a value of a built-in type: a number's part, a method bound to the value.
pub fn attribute(machine: &mut Machine, object: Value, name: &str) -> Option<Value> {
    match modules::attribute(machine, object, name) {
        Some(Attribute::Value(value)) => return Some(value),
        Some(Attribute::Method(method)) => {
            let function = number("", name, method);
            return Some(Value::BuiltinMethod(machine.heap.allocate(BuiltinMethod { function, object })));
        }
        None => {}
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
    let members = modules::table(kind).map_or(&[][..], |table| table.members).iter().map(|member| member.name);
    members.chain(builtins::BUILTINS.iter().filter(|entry| entry.owner == Some(kind)).map(|entry| entry.name)).collect()
}

/// The value of a member of a module.
fn value(machine: &mut Machine, module: &'static str, member: &Member) -> Value {
    match member.value {
        MemberValue::Function(function) => Value::Builtin(number(module, member.name, function)),
        MemberValue::Bool(value) => Value::Bool(value),
        MemberValue::Int(value) => Value::Int(value),
        MemberValue::Float(value) => Value::Float(value),
        MemberValue::Complex(real, imaginary) => Value::Complex(real, imaginary),
        MemberValue::CythonType(number) => Value::CythonType(number),
        MemberValue::Made(make) => make(machine),
        MemberValue::Table(table) => Value::Type(table.kind),
    }
}

/// A built-in module by its name.
pub fn module(machine: &mut Machine, name: &str) -> Option<Ref<Module>> {
    let (name, members) = modules::find(name)?;
    let mut module = Module { name: name.into(), values: Vec::new(), names: Vec::new(), fallback: Vec::new() };
    for member in members {
        module.names.push(machine.names.symbol(member.name));
        module.values.push(value(machine, name, member));
        module.fallback.push(Value::Unbound);
    }
    Some(machine.heap.allocate(module))
}

/// The names that a program can use without importing anything.
pub fn globals() -> Vec<(&'static str, Value)> {
    let functions = builtins::BUILTINS.iter().enumerate().filter(|(_, entry)| entry.owner.is_none());
    let mut all: Vec<_> =
        functions.map(|(place, entry)| (entry.name, Value::Builtin(BuiltinId(place as u16)))).collect();
    let types = [
        "object",
        "bool",
        "int",
        "float",
        "complex",
        "str",
        "list",
        "tuple",
        "dict",
        "set",
        "range",
        "enumerate",
        "zip",
        "reversed",
    ];
    all.extend(types.into_iter().filter_map(|name| builtins::type_named(name).map(|kind| (name, Value::Type(kind)))));
    all
}
