//! Tests of iteration where no expression shows it: what changes meanwhile, and unpacking.

use super::*;
use crate::expressions::machine;
use crate::objects::List;
use crate::table::{Dict, Set};
use crate::text;

fn message<T: std::fmt::Debug>(machine: &mut Machine, outcome: Outcome<T>) -> String {
    let Raised(exception) = outcome.expect_err("it is an error");
    let value = Value::Exception(exception);
    let text = text::str(machine, value).expect("an error has a text");
    format!("{}: {text}", type_name(&machine.heap, value))
}

fn numbers(values: &[Value]) -> Vec<i64> {
    let number = |value: &Value| match *value {
        Value::Int(number) => number,
        _ => panic!("{value:?} is no integer"),
    };
    values.iter().map(number).collect()
}

fn list_of(machine: &mut Machine, length: i64) -> (Value, Ref<List>) {
    let list = machine.heap.list((0..length).map(Value::Int).collect());
    match list {
        Value::List(place) => (list, place),
        _ => unreachable!("a list has been made"),
    }
}

#[test]
fn a_dictionary_that_grows_while_it_is_gone_through_is_an_error() -> Outcome<()> {
    let mut machine = machine();
    let dict = machine.heap.allocate(Dict::default());
    table::insert(&mut machine.heap, dict, Value::Int(1), Value::None)?;
    let mut keys = iterator(&mut machine, Value::Dict(dict))?;
    assert!(matches!(next(&mut machine, &mut keys)?, Some(Value::Int(1))));
    table::insert(&mut machine.heap, dict, Value::Int(2), Value::None)?;
    for _ in 0..2 {
        let outcome = next(&mut machine, &mut keys);
        assert_eq!(message(&mut machine, outcome), "RuntimeError: dictionary changed size during iteration");
        table::remove(&mut machine.heap, dict, Value::Int(2))?;
    }
    Ok(())
}

#[test]
fn keys_that_are_exchanged_while_they_are_gone_through_are_an_error() -> Outcome<()> {
    let mut machine = machine();
    let dict = machine.heap.allocate(Dict::default());
    table::insert(&mut machine.heap, dict, Value::Int(1), Value::None)?;
    let mut keys = iterator(&mut machine, Value::Dict(dict))?;
    next(&mut machine, &mut keys)?;
    table::remove(&mut machine.heap, dict, Value::Int(1))?;
    table::insert(&mut machine.heap, dict, Value::Int(2), Value::None)?;
    let outcome = next(&mut machine, &mut keys);
    assert_eq!(message(&mut machine, outcome), "RuntimeError: dictionary keys changed during iteration");
    assert!(next(&mut machine, &mut keys)?.is_none());
    Ok(())
}

#[test]
fn a_set_that_changes_while_it_is_gone_through_is_an_error() -> Outcome<()> {
    let mut machine = machine();
    let set = machine.heap.allocate(Set::default());
    table::set_add(&mut machine.heap, set, Value::Int(1))?;
    let mut elements = iterator(&mut machine, Value::Set(set))?;
    table::set_add(&mut machine.heap, set, Value::Int(2))?;
    let outcome = next(&mut machine, &mut elements);
    assert_eq!(message(&mut machine, outcome), "RuntimeError: Set changed size during iteration");
    Ok(())
}

#[test]
fn a_list_may_grow_and_shrink_while_it_is_gone_through() -> Outcome<()> {
    let mut machine = machine();
    let (list, place) = list_of(&mut machine, 2);
    let mut elements = iterator(&mut machine, list)?;
    next(&mut machine, &mut elements)?;
    next(&mut machine, &mut elements)?;
    machine.heap[place].push(Value::Int(7));
    assert!(matches!(next(&mut machine, &mut elements)?, Some(Value::Int(7))));
    assert!(next(&mut machine, &mut elements)?.is_none());
    machine.heap[place].push(Value::Int(8));
    assert!(next(&mut machine, &mut elements)?.is_none());
    let mut backwards = reversed(&mut machine, list)?;
    next(&mut machine, &mut backwards)?;
    machine.heap[place] = List::new(vec![Value::Int(0)]);
    assert!(next(&mut machine, &mut backwards)?.is_none());
    Ok(())
}

#[test]
fn ranges_at_the_limits_of_integers_end() -> Outcome<()> {
    let mut machine = machine();
    for (start, stop, step, expected) in [
        (i64::MAX - 2, i64::MAX, 1, vec![i64::MAX - 2, i64::MAX - 1]),
        (i64::MAX - 5, i64::MAX, 4, vec![i64::MAX - 5, i64::MAX - 1]),
        (i64::MIN + 1, i64::MIN, -1, vec![i64::MIN + 1]),
        (i64::MIN + 3, i64::MIN, -2, vec![i64::MIN + 3, i64::MIN + 1]),
        (0, i64::MAX, i64::MAX - 1, vec![0, i64::MAX - 1]),
        (0, 10, -1, vec![]),
    ] {
        let range = Value::Range(machine.heap.allocate(Range { start, stop, step }));
        let mut elements = iterator(&mut machine, range)?;
        let mut found = Vec::new();
        while let Some(element) = next(&mut machine, &mut elements)? {
            found.push(element);
        }
        assert_eq!(numbers(&found), expected, "range({start}, {stop}, {step})");
    }
    Ok(())
}

#[test]
fn as_many_are_unpacked_as_there_are_names() -> Outcome<()> {
    let mut machine = machine();
    let (list, _) = list_of(&mut machine, 3);
    assert_eq!(numbers(&unpack(&mut machine, list, 3)?), [0, 1, 2]);
    let outcome = unpack(&mut machine, list, 4);
    assert_eq!(message(&mut machine, outcome), "ValueError: not enough values to unpack (expected 4, got 3)");
    let outcome = unpack(&mut machine, list, 2);
    assert_eq!(message(&mut machine, outcome), "ValueError: too many values to unpack (expected 2)");
    let outcome = unpack(&mut machine, Value::Int(5), 2);
    assert_eq!(message(&mut machine, outcome), "TypeError: cannot unpack non-iterable int object");
    let outcome = unpack_starred(&mut machine, Value::None, 1, 1);
    assert_eq!(message(&mut machine, outcome), "TypeError: cannot unpack non-iterable NoneType object");
    let outcome = unpack_starred(&mut machine, list, 3, 1);
    assert_eq!(message(&mut machine, outcome), "ValueError: not enough values to unpack (expected at least 4, got 3)");
    for (before, after, middle) in [(1, 1, vec![1]), (0, 1, vec![0, 1]), (2, 1, vec![]), (0, 0, vec![0, 1, 2])] {
        let parts = unpack_starred(&mut machine, list, before, after)?;
        assert_eq!(parts.len(), before + 1 + after);
        let Value::List(starred) = parts[before] else { panic!("the starred part is a list") };
        assert_eq!(numbers(&machine.heap[starred]), middle);
    }
    assert!(machine.roots.is_empty());
    Ok(())
}

#[test]
fn iterators_within_iterators_end_with_an_error_and_not_with_the_stack() -> Outcome<()> {
    let mut machine = machine();
    let (list, _) = list_of(&mut machine, 1);
    let mut nested = iterator(&mut machine, list)?;
    for _ in 0..100_000 {
        nested = Value::Iterator(machine.heap.allocate(Iterator::Enumerate(nested, Value::Int(0))));
    }
    let outcome = next(&mut machine, &mut nested);
    assert_eq!(message(&mut machine, outcome), "RecursionError: maximum recursion depth exceeded");
    Ok(())
}
