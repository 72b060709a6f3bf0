//! Plain loops, for an architecture whose instructions are not named here.
//!
//! What the compiler makes of them is no proven limit of the machine, so the set is called `portable`. Only single operations are
//! measured; the time of a problem is put together from them.
#![expect(unsafe_code, reason = "the constructor of a set has a contract")]

use std::hint::black_box;

use super::mix::BODIES;
use super::sets::{InstructionSet, Loop, Memory};

/// The plain loops, as a set of one.
pub(super) fn available() -> Vec<InstructionSet> {
    let loops = BODIES.map(|body| match body.name {
        "add" => Some(add as Loop),
        "multiply" => Some(multiply as Loop),
        "divide" => Some(divide as Loop),
        "square root" => Some(square_root as Loop),
        "integer add" => Some(integer_add as Loop),
        "integer multiply" => Some(integer_multiply as Loop),
        _ => None,
    });
    let memory = Memory { sum, fill, add: add_slices, streaming: None };
    // SAFETY: these functions need no instructions but the target's.
    vec![unsafe { InstructionSet::new("portable", (VALUES * TIMES) as u64, loops, memory) }]
}

/// No loop is known to take one cycle for each addition here, so the clock stays unknown.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn dependent_additions(_rounds: u64) -> Option<u64> {
    None
}

/// Values on which a loop operates: more than the additions that any CPU has in flight.
const VALUES: usize = 64;
/// Operations on a value in one round, between a load and a store.
const TIMES: usize = 16;

fn repeat<T: Copy, const TIMES: usize>(rounds: u64, start: T, operation: impl Fn(T) -> T) {
    let mut values = black_box([start; VALUES]);
    for _ in 0..rounds {
        for value in &mut values {
            for _ in 0..TIMES {
                *value = operation(*value);
            }
        }
    }
    black_box(values);
}

fn add(rounds: u64) {
    let operand = black_box(1.7);
    repeat::<f64, TIMES>(rounds, 1.7, |value| value + operand);
}

fn multiply(rounds: u64) {
    let operand = black_box(1.000000000001);
    repeat::<f64, TIMES>(rounds, 1.7, |value| value * operand);
}

fn divide(rounds: u64) {
    let operand = black_box(1.000000000001);
    repeat::<f64, TIMES>(rounds, 1.7, |value| value / operand);
}

fn square_root(rounds: u64) {
    let operand = black_box(1.7);
    // The addition keeps the value away from 1, whose root is too easy.
    repeat::<f64, TIMES>(rounds, 1.7, |value| (value + operand).sqrt());
}

fn integer_add(rounds: u64) {
    let operand = black_box(0x1234_5678_9abc_def1);
    // Two operations, so half as many times; of additions alone the compiler would make one multiplication.
    repeat::<u64, { TIMES / 2 }>(rounds, 1, |value| (value ^ operand).wrapping_add(operand));
}

fn integer_multiply(rounds: u64) {
    let operand = black_box(0x1234_5678_9abc_def1);
    // Of multiplications alone the compiler would make one by a power.
    repeat::<u64, TIMES>(rounds, 1, |value| (value ^ operand).wrapping_mul(operand));
}

fn sum(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<32>(), b.as_chunks::<32>());
    let mut sums = [0.0; 32];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a + b;
        }
    }
    sums.iter().chain(a_tail).chain(b_tail).sum()
}

fn fill(output: &mut [f64], value: f64) {
    output.fill(value);
}

fn add_slices(a: &[f64], b: &[f64], output: &mut [f64]) {
    for ((a, b), sum) in a.iter().zip(b).zip(output) {
        *sum = a + b;
    }
}
