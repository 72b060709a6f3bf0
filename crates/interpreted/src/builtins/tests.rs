//! Tests of built-in functions and methods: what CPython 3.11 gives for the same expressions, and what needs a program around it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::*;
use crate::error::Raised;
use crate::expressions::{check_on, outcome};
use crate::iteration;
use crate::objects::Generator;
use crate::operators;
use crate::state::Hooks;
use crate::value::Ref;

/// Calls what can be called without a program.
fn call_value(machine: &mut Machine, callable: Value, positional: &[Value]) -> Outcome<Value> {
    let arguments = Arguments { positional, keywords: &[] };
    match callable {
        Value::Builtin(function) => call(machine, function, arguments),
        Value::Type(kind) => construct(machine, kind, arguments),
        Value::ExceptionType(kind) => construct_exception(machine, kind, arguments),
        _ => {
            let name = crate::describe::type_name(&machine.heap, callable);
            Err(machine.heap.type_error(format!("'{name}' object is not callable")))
        }
    }
}

fn no_generator(machine: &mut Machine, _: Ref<Generator>) -> Outcome<Option<Value>> {
    Err(machine.heap.value_error("there is no program"))
}

fn machine_with(output: Box<dyn Write>) -> Machine {
    let hooks = Hooks {
        call: call_value,
        resume: no_generator,
        step: |_| unreachable!("there is no program"),
        attribute: |machine, object, name| {
            let name = machine.names.text(name).clone();
            attribute(&mut machine.heap, object, &name).ok_or_else(|| machine.heap.value_error("no attribute"))
        },
        item: operators::subscript,
        elements: iteration::collect,
        operate: operators::binary,
        builtin_name: |function| BUILTINS[usize::from(function.0)].name,
    };
    Machine::new(hooks, output, vec!["program.py".into()])
}

fn machine() -> Machine {
    machine_with(Box::new(io::sink()))
}

/// A table of expressions and what CPython gives for them, as `tests/data/builtins.py` writes it.
fn table(name: &str) -> String {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the table belongs to the crate")
}

#[test]
fn functions_and_types_give_what_cpython_gives() {
    assert!(check_on(&mut machine(), &table("functions.txt")) > 300);
}

#[test]
fn methods_give_what_cpython_gives() {
    assert!(check_on(&mut machine(), &table("methods.txt")) > 400);
}

/// Output that can be looked at afterwards.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics while writing").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn print_writes_what_cpython_writes() {
    let output = Shared::default();
    let mut machine = machine_with(Box::new(output.clone()));
    for call in [
        "print()",
        "print(1, 2.5, 'a', None, [1, 'b'])",
        "print(1, 2, sep='-', end='!')",
        "print('x', sep=None, end=None, flush=True, file=None)",
        "print('a', 'b', sep='')",
        "print(end='')",
    ] {
        assert_eq!(outcome(&mut machine, call), "None");
    }
    let written = output.0.lock().expect("nobody panics while writing").clone();
    assert_eq!(String::from_utf8(written).expect("UTF-8"), "\n1 2.5 a None [1, 'b']\n1-2!x\nab\n");
}

#[test]
fn a_list_that_changes_while_it_is_sorted_is_an_error() {
    fn append_to_it(machine: &mut Machine, _: Value, _: &[Value]) -> Outcome<Value> {
        let Value::List(list) = machine.roots[0] else { panic!("the list is the first root") };
        machine.heap[list].push(Value::None);
        Ok(Value::Int(1))
    }
    let hooks = Hooks { call: append_to_it, ..hooks_of_nothing() };
    let mut machine = Machine::new(hooks, Box::new(io::sink()), Vec::new());
    let list = machine.heap.list(vec![Value::Int(2), Value::Int(1)]);
    machine.roots.push(list);
    let key = machine.names.symbol("key");
    let sort = method(Type::List, "sort").expect("lists are sorted");
    let arguments = Arguments { positional: &[list], keywords: &[(key, Value::Type(Type::Int))] };
    let Err(Raised(exception)) = call(&mut machine, sort, arguments) else { panic!("the change is noticed") };
    let text = crate::text::str(&mut machine, Value::Exception(exception)).expect("it has a text");
    assert_eq!(&*text, "list modified during sort");
    let Value::List(place) = list else { panic!("it is a list") };
    assert!(matches!(machine.heap[place][..], [Value::Int(2), Value::Int(1)]));
}

fn hooks_of_nothing() -> Hooks {
    Hooks {
        call: call_value,
        resume: no_generator,
        step: |_| unreachable!("there is no program"),
        attribute: |_, object, _| Ok(object),
        item: operators::subscript,
        elements: iteration::collect,
        operate: operators::binary,
        builtin_name: |_| "",
    }
}

/// The first element of a tuple, whatever is called.
fn first_of_tuple(machine: &mut Machine, _: Value, arguments: &[Value]) -> Outcome<Value> {
    match arguments {
        &[Value::Tuple(tuple)] => Ok(machine.heap[tuple].0[0]),
        _ => Err(machine.heap.type_error("a tuple is needed")),
    }
}

fn sorted_pairs(reverse: bool, by_key: bool) -> Vec<(i64, i64)> {
    let mut machine =
        Machine::new(Hooks { call: first_of_tuple, ..hooks_of_nothing() }, Box::new(io::sink()), Vec::new());
    let mut state = 1_u64;
    let mut items = Vec::new();
    for index in 0..5000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let number = (state >> 40) as i64 % 300;
        // Integers and floats mixed take the way on which any comparison may fail.
        let key = if by_key && number % 2 == 0 { Value::Float(number as f64) } else { Value::Int(number) };
        items.push(machine.heap.tuple([key, Value::Int(index)]));
    }
    let list = machine.heap.list(items);
    let mut keywords = vec![(machine.names.symbol("reverse"), Value::Bool(reverse))];
    if by_key {
        keywords.push((machine.names.symbol("key"), Value::Type(Type::Int)));
    }
    let arguments = Arguments { positional: &[list], keywords: &keywords };
    let sorted = function("sorted").expect("there is such a function");
    let Ok(Value::List(result)) = call(&mut machine, sorted, arguments) else { panic!("numbers have an order") };
    let number = |value| match value {
        Value::Int(number) => number,
        Value::Float(number) => number as i64,
        _ => panic!("a number is expected"),
    };
    let pair = |value: &Value| match *value {
        Value::Tuple(tuple) => (number(machine.heap[tuple].0[0]), number(machine.heap[tuple].0[1])),
        _ => panic!("a tuple is expected"),
    };
    machine.heap[result].iter().map(pair).collect()
}

#[test]
fn a_long_sort_is_right_and_stable() {
    let plain = sorted_pairs(false, false);
    assert!(plain.is_sorted());
    let turned = sorted_pairs(true, false);
    assert!(turned.iter().rev().is_sorted());
    let by_key = sorted_pairs(false, true);
    assert_eq!(by_key, plain);
    let by_key_turned = sorted_pairs(true, true);
    assert!(by_key_turned.is_sorted_by_key(|&(key, index)| (-key, index)));
    assert_eq!(by_key_turned.len(), 5000);
}
