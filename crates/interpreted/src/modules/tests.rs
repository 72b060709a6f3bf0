//! The functions of the built-in modules, against tables of what CPython 3.11 gives.

use crate::expressions::check;

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
