//! The functions of `math` that compute with integers of any size.

use num_bigint::{BigInt, BigUint};
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::error::{ExceptionKind, Outcome};
use crate::modules::arguments::{integer, no_keywords, one, overflow, some};
use crate::state::{Arguments, Machine};
use crate::value::Value;

/// The result of more factors than this is larger than any memory that a program of the course has.
const MOST_FACTORS: u64 = 1 << 24;

/// The product of the integers from `first` on, so many; by halves, so that factors of equal length are multiplied.
fn product(first: &BigUint, count: u64) -> BigUint {
    match count {
        0 => BigUint::one(),
        1 => first.clone(),
        _ => {
            let half = count / 2;
            product(first, half) * product(&(first + half), count - half)
        }
    }
}

fn check_count(machine: &mut Machine, count: u64) -> Outcome<()> {
    match count > MOST_FACTORS {
        true => Err(machine.heap.raise_with(ExceptionKind::MemoryError, Vec::new())),
        false => Ok(()),
    }
}

fn factorial_of(machine: &mut Machine, number: &BigInt) -> Outcome<Value> {
    if number.is_negative() {
        return Err(machine.heap.value_error("factorial() not defined for negative values"));
    }
    let Some(count) = number.to_i64() else {
        let text = format!("factorial() argument should not exceed {}", i64::MAX);
        return Err(overflow(&mut machine.heap, &text));
    };
    check_count(machine, count as u64)?;
    Ok(machine.heap.integer(product(&BigUint::one(), count as u64).into()))
}

pub(crate) fn factorial(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.factorial", arguments)?;
    let number = integer(machine, value)?;
    factorial_of(machine, &number)
}

/// Refuses negative numbers of things.
fn check_signs(machine: &mut Machine, n: &BigInt, k: &BigInt) -> Outcome<()> {
    for (name, number) in [("n", n), ("k", k)] {
        if number.is_negative() {
            return Err(machine.heap.value_error(format!("{name} must be a non-negative integer")));
        }
    }
    Ok(())
}

pub(crate) fn perm(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let values = some(machine, "math.", "perm", (1, 2), arguments)?;
    let n = integer(machine, values[0])?;
    let k = match values.get(1) {
        None | Some(Value::None) => return factorial_of(machine, &n),
        Some(&k) => integer(machine, k)?,
    };
    check_signs(machine, &n, &k)?;
    if k > n {
        return Ok(Value::Int(0));
    }
    let Some(count) = k.to_i64() else {
        let text = format!("k must not exceed {}", i64::MAX);
        return Err(overflow(&mut machine.heap, &text));
    };
    check_count(machine, count as u64)?;
    let first = (n - k + 1u8).magnitude().clone();
    Ok(machine.heap.integer(product(&first, count as u64).into()))
}

pub(crate) fn comb(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let values = some(machine, "math.", "comb", (2, 2), arguments)?;
    let n = integer(machine, values[0])?;
    let k = integer(machine, values[1])?;
    check_signs(machine, &n, &k)?;
    if k > n {
        return Ok(Value::Int(0));
    }
    let k = k.clone().min(&n - &k);
    let Some(count) = k.to_i64() else {
        let text = format!("min(n - k, k) must not exceed {}", i64::MAX);
        return Err(overflow(&mut machine.heap, &text));
    };
    check_count(machine, count as u64)?;
    let first = (n - k + 1u8).magnitude().clone();
    let result = product(&first, count as u64) / product(&BigUint::one(), count as u64);
    Ok(machine.heap.integer(result.into()))
}

/// The greatest common divisor, by Euclid's algorithm.
fn greatest_common_divisor(mut a: BigUint, mut b: BigUint) -> BigUint {
    while !b.is_zero() {
        if let (Some(small), Some(other)) = (a.to_u64(), b.to_u64()) {
            return small_divisor(small, other).into();
        }
        (a, b) = (b.clone(), a % b);
    }
    a
}

fn small_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn integers(machine: &mut Machine, name: &str, arguments: Arguments<'_>) -> Outcome<Vec<BigUint>> {
    no_keywords(machine, name, arguments)?;
    arguments.positional.iter().map(|&value| Ok(integer(machine, value)?.magnitude().clone())).collect()
}

pub(crate) fn gcd(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let numbers = integers(machine, "math.gcd", arguments)?;
    let result = numbers.into_iter().fold(BigUint::zero(), greatest_common_divisor);
    Ok(machine.heap.integer(result.into()))
}

pub(crate) fn lcm(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let numbers = integers(machine, "math.lcm", arguments)?;
    let result = numbers.into_iter().fold(BigUint::one(), |a, b| {
        if a.is_zero() || b.is_zero() {
            BigUint::zero()
        } else {
            &a / greatest_common_divisor(a.clone(), b.clone()) * b
        }
    });
    Ok(machine.heap.integer(result.into()))
}

pub(crate) fn isqrt(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.isqrt", arguments)?;
    let number = integer(machine, value)?;
    if number.is_negative() {
        return Err(machine.heap.value_error("isqrt() argument must be nonnegative"));
    }
    Ok(machine.heap.integer(number.sqrt()))
}
