//! The functions of the built-in modules, against tables of what CPython 3.11 gives.

use std::collections::HashSet;

use super::{MODULES, MemberValue, array, cython, find};
use crate::expressions::{check, machine, outcome};
use crate::objects::{Array, Numbers};
use crate::value::Value;

#[test]
fn functions_of_math_give_what_they_give_in_cpython() {
    assert!(check(include_str!("tests/math.txt")) > 300);
}

#[test]
fn functions_of_cmath_give_what_they_give_in_cpython() {
    assert!(check(include_str!("tests/cmath.txt")) > 300);
}

#[test]
fn the_same_seed_gives_the_same_numbers_as_in_cpython() {
    assert!(check(include_str!("tests/random.txt")) > 200);
}

#[test]
fn arrays_do_what_they_do_in_cpython() {
    assert!(check(include_str!("tests/array.txt")) > 100);
}

#[test]
fn points_in_time_and_differences_are_those_of_cpython() {
    assert!(check(include_str!("tests/datetime.txt")) > 200);
}

#[test]
fn functions_of_time_and_sys_give_what_they_give_in_cpython() {
    assert!(check(include_str!("tests/system.txt")) > 20);
}

#[test]
fn names_of_a_module_are_there_once_and_functions_answer() {
    for (module, members) in MODULES {
        let names: HashSet<&str> = members.iter().map(|member| member.name).collect();
        assert_eq!(names.len(), members.len(), "{module}");
    }
    assert!(find("os").is_none());
}

#[test]
fn clocks_go_forward() {
    let mut machine = machine();
    for clock in ["time.perf_counter_ns()", "time.monotonic_ns()", "time.process_time_ns()", "time.time_ns()"] {
        let number = |text: String| text.parse::<i64>().expect("nanoseconds are an integer");
        let earlier = number(outcome(&mut machine, clock));
        let later = number(outcome(&mut machine, clock));
        assert!(0 <= earlier && earlier <= later, "{clock}: {earlier}, {later}");
    }
    for clock in ["time.perf_counter()", "time.monotonic()", "time.process_time()", "time.time()"] {
        let seconds: f64 = outcome(&mut machine, clock).parse().expect("seconds are a number");
        assert!(seconds >= 0.0, "{clock}");
    }
    let year: i64 = outcome(&mut machine, "datetime.datetime.now().year").parse().expect("a year is an integer");
    assert!(year >= 1970);
}

#[test]
fn a_generator_without_a_seed_gives_other_numbers_each_time() {
    let [first, second] = [machine(), machine()].map(|mut machine| outcome(&mut machine, "random.getrandbits(1000)"));
    assert_ne!(first, second);
}

#[test]
fn types_of_cython_have_a_number_each_and_casts_give_the_value() {
    let (_, members) = find("cython").expect("the module exists");
    for (number, name) in cython::TYPES.iter().enumerate() {
        let member = members.iter().find(|member| member.name == *name).expect("each type is a name");
        assert!(matches!(member.value, MemberValue::CythonType(found) if usize::from(found) == number));
    }
    let mut machine = machine();
    assert_eq!(outcome(&mut machine, "cython.compiled"), "False");
    assert_eq!(outcome(&mut machine, "cython.cast(None, 2.5)"), "2.5");
    assert_eq!(outcome(&mut machine, "cython.declare(None, 'a')"), "'a'");
    assert_eq!(outcome(&mut machine, "cython.declare(None)"), "None");
}

#[test]
fn elements_of_an_array_are_stored_when_they_fit() {
    let mut machine = machine();
    let array = machine.heap.allocate(Array { letter: 'b', numbers: Numbers::Integers(vec![1, 2]) });
    array::set_element(&mut machine, array, 1, Value::Int(-128)).unwrap();
    assert!(matches!(array::element(&mut machine.heap, array, 1), Value::Int(-128)));
    let raised = array::set_element(&mut machine, array, 0, Value::Int(200)).unwrap_err();
    let text = crate::text::repr(&mut machine, Value::Exception(raised.0)).unwrap();
    assert_eq!(text, "OverflowError('signed char is greater than maximum')");
    assert!(matches!(array::element(&mut machine.heap, array, 0), Value::Int(1)));
}
