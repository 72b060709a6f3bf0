//! The functions of `math` that put many numbers together: exact sums, distances, products.

use num_bigint::BigInt;

use crate::bytecode::BinaryOperator;
use crate::error::Outcome;
use crate::modules::arguments::{integer, no_keywords, one, overflow, real, some};
use crate::modules::c_math;
use crate::state::{Arguments, Machine};
use crate::value::Value;

use super::parts::split;

pub(crate) fn fsum(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.fsum", arguments)?;
    let items = machine.elements(value)?;
    // Shewchuk: the sum so far is that of numbers whose digits do not overlap, the smallest first.
    let mut partials: Vec<f64> = Vec::new();
    let (mut special, mut infinite) = (0.0, 0.0);
    for item in items {
        let given = real(machine, item)?;
        let mut x = given;
        let mut kept = 0;
        for index in 0..partials.len() {
            let (sum, error) = exact_sum(x, partials[index]);
            if error != 0.0 {
                partials[kept] = error;
                kept += 1;
            }
            x = sum;
        }
        partials.truncate(kept);
        if x == 0.0 {
            continue;
        }
        if x.is_finite() {
            partials.push(x);
            continue;
        }
        if given.is_finite() {
            return Err(overflow(&mut machine.heap, "intermediate overflow in fsum"));
        }
        if given.is_infinite() {
            infinite += given;
        }
        special += given;
        partials.clear();
    }
    if special != 0.0 {
        if f64::is_nan(infinite) {
            return Err(machine.heap.value_error("-inf + inf in fsum"));
        }
        return Ok(Value::Float(special));
    }
    Ok(Value::Float(rounded_sum(&partials)))
}

/// A sum as it is rounded, and what the rounding has lost.
fn exact_sum(x: f64, y: f64) -> (f64, f64) {
    let (x, y) = if x.abs() < y.abs() { (y, x) } else { (x, y) };
    let sum = x + y;
    (sum, y - (sum - x))
}

/// The sum of numbers that do not overlap, rounded once.
fn rounded_sum(partials: &[f64]) -> f64 {
    let mut left = partials.iter().rev().copied();
    let Some(mut sum) = left.next() else { return 0.0 };
    let mut error = 0.0;
    for partial in left.by_ref() {
        (sum, error) = exact_sum(sum, partial);
        if error != 0.0 {
            break;
        }
    }
    // Half of the last digit is rounded to even, unless there is something more in the same direction.
    if let Some(next) = left.next()
        && ((error < 0.0 && next < 0.0) || (error > 0.0 && next > 0.0))
    {
        let twice = error * 2.0;
        let other = sum + twice;
        if twice == other - sum {
            return other;
        }
    }
    sum
}

/// A product as it is rounded, and what the rounding has lost, by Dekker and Veltkamp.
fn exact_product(x: f64, y: f64) -> (f64, f64) {
    let halves = |number: f64| {
        let scaled = number * 134_217_729.0;
        let high = scaled - (scaled - number);
        (high, number - high)
    };
    let ((x_high, x_low), (y_high, y_low)) = (halves(x), halves(y));
    let product = x_high * y_high;
    let middle = x_high * y_low + x_low * y_high;
    let rounded = product + middle;
    (rounded, product - rounded + middle + x_low * y_low)
}

/// The length of a vector of numbers that are not negative, as CPython computes it: scaled, squared and summed without loss, and
/// the root corrected once.
fn length(numbers: &mut [f64]) -> f64 {
    let largest = numbers.iter().fold(0.0, |largest: f64, &number| if number > largest { number } else { largest });
    if largest.is_infinite() {
        return largest;
    }
    if numbers.iter().any(|number| number.is_nan()) {
        return f64::NAN;
    }
    if largest == 0.0 || numbers.len() <= 1 {
        return largest;
    }
    let (_, exponent) = split(largest);
    if exponent < -1023 {
        numbers.iter_mut().for_each(|number| *number /= f64::MIN_POSITIVE);
        return f64::MIN_POSITIVE * length(numbers);
    }
    let scale = c_math::ldexp(1.0, -exponent);
    let (mut sum, mut lost_in_products, mut lost_in_sums) = (1.0, 0.0, 0.0);
    let mut add = |x: f64, y: f64| {
        let (square, error) = exact_product(x, y);
        let added = sum + square;
        lost_in_sums += square - (added - sum);
        lost_in_products += error;
        sum = added;
        sum - 1.0 + (lost_in_products + lost_in_sums)
    };
    let mut total = 0.0;
    for &number in &*numbers {
        total = add(number * scale, number * scale);
    }
    let mut root = total.sqrt();
    let rest = add(-root, root);
    root += rest / (2.0 * root);
    root / scale
}

pub(crate) fn hypot(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    no_keywords(machine, "math.hypot", arguments)?;
    let mut numbers = Vec::with_capacity(arguments.positional.len());
    for &value in arguments.positional {
        numbers.push(real(machine, value)?.abs());
    }
    Ok(Value::Float(length(&mut numbers)))
}

pub(crate) fn dist(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let values = some(machine, "math.", "dist", (2, 2), arguments)?;
    let from = machine.elements(values[0])?;
    let to = machine.elements(values[1])?;
    if from.len() != to.len() {
        return Err(machine.heap.value_error("both points must have the same number of dimensions"));
    }
    let mut numbers = Vec::with_capacity(from.len());
    for (p, q) in from.into_iter().zip(to) {
        let p = real(machine, p)?;
        numbers.push((p - real(machine, q)?).abs());
    }
    Ok(Value::Float(length(&mut numbers)))
}

pub(crate) fn prod(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let count = arguments.positional.len();
    let &[iterable] = arguments.positional else {
        return Err(machine.heap.type_error(format!("prod() takes exactly 1 positional argument ({count} given)")));
    };
    let mut result = Value::Int(1);
    for &(symbol, value) in arguments.keywords {
        let name = machine.names.text(symbol).clone();
        if &*name != "start" {
            return Err(machine.heap.type_error(format!("'{name}' is an invalid keyword argument for prod()")));
        }
        result = value;
    }
    let items = machine.elements(iterable)?;
    // A method of the program may be called below, and the elements of an iterator are nobody's.
    let roots = machine.roots.len();
    machine.roots.extend_from_slice(&items);
    machine.roots.push(result);
    for item in items {
        let product = multiply(machine, result, item);
        if product.is_err() {
            machine.roots.truncate(roots);
        }
        result = product?;
        machine.roots.pop();
        machine.roots.push(result);
    }
    machine.roots.truncate(roots);
    Ok(result)
}

fn multiply(machine: &mut Machine, left: Value, right: Value) -> Outcome<Value> {
    use Value::{Big, Bool, Float, Int};
    match (left, right) {
        (Float(a), Float(b)) => Ok(Float(a * b)),
        (Bool(_) | Int(_) | Big(_), Bool(_) | Int(_) | Big(_)) => {
            let product: BigInt = integer(machine, left)? * integer(machine, right)?;
            Ok(machine.heap.integer(product))
        }
        (Bool(_) | Int(_) | Big(_) | Float(_), Bool(_) | Int(_) | Big(_) | Float(_)) => {
            Ok(Float(real(machine, left)? * real(machine, right)?))
        }
        _ => machine.operate(BinaryOperator::Multiply, left, right),
    }
}
