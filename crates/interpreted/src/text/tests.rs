//! Texts of values, against tables of what CPython 3.11 gives.

use super::*;
use crate::error::ExceptionKind;
use crate::expressions::{check, machine, outcome};
use crate::objects::{Base, Class, Instance, List};
use crate::value::{BuiltinId, Value};

#[test]
fn values_are_shown_as_cpython_shows_them() {
    assert!(check(include_str!("tests/representation.txt")) > 100);
}

#[test]
fn values_are_formatted_as_cpython_formats_them() {
    assert!(check(include_str!("tests/format.txt")) > 300);
}

#[test]
fn conversions_give_what_they_give_in_cpython() {
    assert!(check(include_str!("tests/percent.txt")) > 100);
}

#[test]
fn replacement_fields_give_what_they_give_in_cpython() {
    assert!(check(include_str!("tests/fields.txt")) > 50);
}

#[test]
fn a_container_within_itself_is_hinted_at() {
    let mut machine = machine();
    let list = machine.heap.allocate(List::default());
    let tuple = machine.heap.tuple(vec![Value::List(list), Value::List(list)]);
    machine.heap[list].push(tuple);
    assert_eq!(repr(&mut machine, Value::List(list)).unwrap(), "[([...], [...])]");
    assert_eq!(repr(&mut machine, tuple).unwrap(), "([(...)], [(...)])");
    assert!(machine.roots.is_empty() && machine.in_representation.is_empty());
}

#[test]
fn nesting_that_is_too_deep_is_an_error_and_overflows_no_stack() {
    for (depth, fits) in [(997, true), (998, true), (999, false), (100_000, false)] {
        let mut machine = machine();
        let mut value = machine.heap.list(Vec::new());
        for _ in 1..depth {
            value = machine.heap.list(vec![value]);
        }
        match repr(&mut machine, value) {
            Ok(text) => assert!(fits && text.len() == 2 * depth, "{depth}"),
            Err(raised) => {
                assert!(!fits, "{depth}");
                let error = Value::Exception(raised.0);
                let text = "RecursionError('maximum recursion depth exceeded while getting the repr of an object')";
                assert_eq!(repr(&mut machine, error).unwrap(), text);
            }
        }
        assert!(machine.roots.is_empty() && machine.in_representation.is_empty());
    }
}

/// An object of a class of the program with these special methods: 1 gives a string, 2 an integer, 3 raises.
fn object(machine: &mut crate::state::Machine, methods: &[(&str, u16)]) -> Value {
    let attributes =
        methods.iter().map(|&(name, number)| (machine.names.symbol(name), Value::Builtin(BuiltinId(number)))).collect();
    let class = |base, attributes| Class {
        name: "Particle".into(),
        qualified_name: "outer.<locals>.Particle".into(),
        module: "__main__".into(),
        base,
        attributes,
        slots: None,
        layout: Vec::new(),
    };
    let base = machine.heap.allocate(class(Base::Object, attributes));
    let class = machine.heap.allocate(class(Base::Class(base), Vec::new()));
    Value::Instance(machine.heap.allocate(Instance { attributes: List::default(), class }))
}

#[test]
fn special_methods_of_a_class_or_its_base_are_called() {
    type Methods = [(&'static str, u16)];
    let cases: [(&Methods, &str, &str); 6] = [
        (&[("__repr__", 1)], "its own text", "its own text"),
        (&[("__repr__", 2)], "__repr__ returned non-string (type int)", "__repr__ returned non-string (type int)"),
        (&[("__repr__", 1), ("__str__", 2)], "its own text", "__str__ returned non-string (type int)"),
        (&[("__repr__", 3), ("__str__", 1)], "raised while called", "its own text"),
        (&[("__repr__", 1), ("__str__", 3)], "its own text", "raised while called"),
        (&[("__repr__", 2), ("__str__", 1)], "__repr__ returned non-string (type int)", "its own text"),
    ];
    for (methods, expected_repr, expected_str) in cases {
        let mut machine = machine();
        let object = object(&mut machine, methods);
        let found = match repr(&mut machine, object) {
            Ok(text) => text,
            Err(raised) => str(&mut machine, Value::Exception(raised.0)).unwrap().to_string(),
        };
        assert_eq!(found, expected_repr);
        let found = match str(&mut machine, object) {
            Ok(text) => text,
            Err(raised) => str(&mut machine, Value::Exception(raised.0)).unwrap(),
        };
        assert_eq!(&*found, expected_str);
    }
}

#[test]
fn objects_show_their_class_and_an_address() {
    let mut machine = machine();
    let object = object(&mut machine, &[]);
    let expected = format!("<__main__.outer.<locals>.Particle object at {:#x}>", address(object));
    assert_eq!(repr(&mut machine, object).unwrap(), expected);
    assert_eq!(&*str(&mut machine, object).unwrap(), expected);
    let Value::Instance(instance) = object else { panic!("it is an object") };
    let class = Value::Class(machine.heap[instance].class);
    assert_eq!(repr(&mut machine, class).unwrap(), "<class '__main__.outer.<locals>.Particle'>");
    assert_eq!(repr(&mut machine, Value::Builtin(BuiltinId(0))).unwrap(), "<built-in function len>");
    let kind = Value::ExceptionType(ExceptionKind::KeyError);
    assert_eq!(repr(&mut machine, kind).unwrap(), "<class 'KeyError'>");
    assert_eq!(repr(&mut machine, Value::Type(crate::value::Type::DateTime)).unwrap(), "<class 'datetime.datetime'>");
}

#[test]
fn large_integers_are_shown_up_to_the_limit_of_digits() {
    let mut machine = machine();
    let power = |exponent: u32| num_bigint::BigInt::from(10).pow(exponent);
    let fits = machine.heap.integer(power(4299));
    assert_eq!(repr(&mut machine, fits).unwrap().len(), 4300);
    let negative = machine.heap.integer(-power(4300) + 1);
    assert_eq!(repr(&mut machine, negative).unwrap().len(), 4301);
    let too_long = machine.heap.integer(power(4300));
    let found = repr(&mut machine, too_long).unwrap_err();
    let text = "Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit";
    assert_eq!(&*str(&mut machine, Value::Exception(found.0)).unwrap(), text);
    assert_eq!(format(&mut machine, too_long, "x").unwrap().len(), 3572);
}

#[test]
fn printable_characters_are_those_of_unicode_14() {
    let count = (0..=0x10ffff).filter_map(char::from_u32).filter(|&character| is_printable(character)).count();
    assert_eq!(count, PRINTABLE);
}

/// How many characters `str.isprintable` holds for in CPython 3.11.
const PRINTABLE: usize = 144_516;

#[test]
fn a_width_beyond_all_memory_is_refused() {
    let mut machine = machine();
    for expression in [
        "format(1, '9999999999999d')",
        "format('a', '9999999999999')",
        "format(1.5, '.2000000000f')",
        "format((1+2j), '9999999999999')",
        "percent('%9999999999999d', 1)",
        "percent('%.2000000000f', 1.5)",
    ] {
        assert_eq!(outcome(&mut machine, expression), "MemoryError: ", "{expression}");
    }
}
