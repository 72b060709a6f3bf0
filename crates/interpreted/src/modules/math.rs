//! The module `math`.

mod integers;
mod parts;
mod special;
mod sums;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::error::{ExceptionKind, Outcome};
use crate::modules::arguments::{Parameters, domain_error, one, range_error, real, some, to_integer};
use crate::modules::c_math;
use crate::modules::member::{Member, MemberValue};
use crate::state::{Arguments, Machine};
use crate::value::Value;

/// The number e.
pub(crate) const E: f64 = std::f64::consts::E;
/// The number pi.
pub(crate) const PI: f64 = std::f64::consts::PI;
/// Twice the number pi.
pub(crate) const TAU: f64 = std::f64::consts::TAU;

/// What may have happened to a number on its way through a function.
pub(crate) fn checked(machine: &mut Machine, result: f64, inputs: &[f64], can_overflow: bool) -> Outcome<Value> {
    if result.is_nan() && !inputs.iter().any(|input| input.is_nan()) {
        return Err(domain_error(&mut machine.heap));
    }
    if result.is_infinite() && inputs.iter().all(|input| input.is_finite()) {
        return Err(if can_overflow { range_error(&mut machine.heap) } else { domain_error(&mut machine.heap) });
    }
    Ok(Value::Float(result))
}

macro_rules! real_functions {
    ($($name:ident($text:literal) $can_overflow:literal $function:expr;)*) => {
        $(fn $name(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
            let value = one(machine, $text, arguments)?;
            let x = real(machine, value)?;
            let function: fn(f64) -> f64 = $function;
            checked(machine, function(x), &[x], $can_overflow)
        })*
    };
}

real_functions! {
    acos("math.acos") false f64::acos;
    acosh("math.acosh") false |x| c_math::acosh(x);
    asin("math.asin") false f64::asin;
    asinh("math.asinh") false |x| c_math::asinh(x);
    atan("math.atan") false f64::atan;
    atanh("math.atanh") false |x| c_math::atanh(x);
    cbrt("math.cbrt") false f64::cbrt;
    cos("math.cos") false f64::cos;
    cosh("math.cosh") true f64::cosh;
    erf("math.erf") false |x| c_math::erf(x);
    erfc("math.erfc") false |x| c_math::erfc(x);
    exp("math.exp") true f64::exp;
    exp2("math.exp2") true f64::exp2;
    expm1("math.expm1") true f64::exp_m1;
    fabs("math.fabs") false f64::abs;
    log1p("math.log1p") false f64::ln_1p;
    sin("math.sin") false f64::sin;
    sinh("math.sinh") true f64::sinh;
    sqrt("math.sqrt") false f64::sqrt;
    tan("math.tan") false f64::tan;
    tanh("math.tanh") false f64::tanh;
    degrees("math.degrees") true |x| x * (180.0 / PI);
    radians("math.radians") true |x| x * (PI / 180.0);
    ulp("math.ulp") true distance_to_next;
}

macro_rules! tests_of_numbers {
    ($($name:ident($text:literal) $function:expr;)*) => {
        $(fn $name(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
            let value = one(machine, $text, arguments)?;
            let function: fn(f64) -> bool = $function;
            Ok(Value::Bool(function(real(machine, value)?)))
        })*
    };
}

tests_of_numbers! {
    isfinite("math.isfinite") f64::is_finite;
    isinf("math.isinf") f64::is_infinite;
    isnan("math.isnan") f64::is_nan;
}

macro_rules! functions_of_two {
    ($($name:ident $can_overflow:literal $function:expr;)*) => {
        $(fn $name(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
            let (x, y) = two(machine, stringify!($name), arguments)?;
            let function: fn(f64, f64) -> f64 = $function;
            checked(machine, function(x, y), &[x, y], $can_overflow)
        })*
    };
}

functions_of_two! {
    atan2 true f64::atan2;
    copysign true f64::copysign;
    fmod false |x, y| x % y;
    remainder true nearest_remainder;
}

fn two(machine: &mut Machine, name: &str, arguments: Arguments<'_>) -> Outcome<(f64, f64)> {
    let values = some(machine, "math.", name, (2, 2), arguments)?;
    let x = real(machine, values[0])?;
    Ok((x, real(machine, values[1])?))
}

fn nextafter(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (x, y) = two(machine, "nextafter", arguments)?;
    Ok(Value::Float(c_math::nextafter(x, y)))
}

fn distance_to_next(x: f64) -> f64 {
    let x = x.abs();
    if !x.is_finite() {
        return x;
    }
    match c_math::nextafter(x, f64::INFINITY) {
        next if next.is_finite() => next - x,
        _ => x - c_math::nextafter(x, f64::NEG_INFINITY),
    }
}

/// The remainder of the division whose quotient is rounded to the nearest integer, a tie to the even one.
fn nearest_remainder(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() || x.is_infinite() || y == 0.0 {
        return if x.is_nan() { x } else { f64::NAN };
    }
    if y.is_infinite() {
        return x;
    }
    let (size, divisor) = (x.abs(), y.abs());
    let below = size % divisor;
    let above = divisor - below;
    let result = if below < above {
        below
    } else if below > above {
        -above
    } else {
        below - 2.0 * ((0.5 * (size - below)) % divisor)
    };
    1f64.copysign(x) * result
}

fn pow(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (x, y) = two(machine, "pow", arguments)?;
    let result = x.powf(y);
    if x.is_finite() && y.is_finite() && !result.is_finite() {
        let domain = result.is_nan() || x == 0.0;
        return Err(if domain { domain_error(&mut machine.heap) } else { range_error(&mut machine.heap) });
    }
    Ok(Value::Float(result))
}

fn frexp(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.frexp", arguments)?;
    let (mantissa, exponent) = split(real(machine, value)?);
    Ok(machine.heap.tuple(vec![Value::Float(mantissa), Value::Int(exponent.into())]))
}

fn modf(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.modf", arguments)?;
    let x = real(machine, value)?;
    let whole = x.trunc();
    let fraction = if x.is_infinite() { 0f64.copysign(x) } else { (x - whole).copysign(x) };
    Ok(machine.heap.tuple(vec![Value::Float(fraction), Value::Float(whole)]))
}

fn ldexp(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let values = some(machine, "math.", "ldexp", (2, 2), arguments)?;
    let x = real(machine, values[0])?;
    let exponent = match values[1] {
        Value::Int(exponent) => exponent,
        Value::Bool(truth) => i64::from(truth),
        Value::Big(exponent) if machine.heap[exponent].sign() == num_bigint::Sign::Minus => i64::MIN,
        Value::Big(_) => i64::MAX,
        _ => return Err(machine.heap.type_error("Expected an int as second argument to ldexp.")),
    };
    if x == 0.0 || !x.is_finite() {
        return Ok(Value::Float(x));
    }
    let result = c_math::ldexp(x, exponent.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
    checked(machine, result, &[x], true)
}

/// A logarithm of an integer of any size or of a real number.
fn logarithm(machine: &mut Machine, value: Value, function: fn(f64) -> f64) -> Outcome<f64> {
    let x = match value {
        Value::Big(number) => {
            let number = &machine.heap[number];
            match number.to_f64().filter(|number| number.is_finite()) {
                Some(x) => x,
                None if number.sign() == num_bigint::Sign::Minus => -1.0,
                None => {
                    let (mantissa, exponent) = split_big(number);
                    return Ok(function(mantissa) + function(2.0) * exponent as f64);
                }
            }
        }
        value => real(machine, value)?,
    };
    if x <= 0.0 {
        return Err(domain_error(&mut machine.heap));
    }
    Ok(function(x))
}

/// Mantissa from 0.5 to below 1 and exponent of a positive integer of more than 64 bits.
fn split_big(number: &BigInt) -> (f64, u64) {
    let bits = number.bits();
    let highest = number >> (bits - 64);
    let lost = &highest << (bits - 64) != *number;
    let highest = highest.to_u64().unwrap_or(u64::MAX) | u64::from(lost);
    let mantissa = c_math::ldexp(highest as f64, -64);
    if mantissa == 1.0 { (0.5, bits + 1) } else { (mantissa, bits) }
}

fn log(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    crate::modules::arguments::no_keywords(machine, "math.log", arguments)?;
    let (value, base) = match *arguments.positional {
        [value] => (value, None),
        [value, base] => (value, Some(base)),
        _ => return Err(machine.heap.type_error("math.log requires 1 to 2 arguments")),
    };
    let result = logarithm(machine, value, f64::ln)?;
    let Some(base) = base else { return Ok(Value::Float(result)) };
    let divisor = logarithm(machine, base, f64::ln)?;
    if divisor == 0.0 {
        return Err(machine.heap.raise(ExceptionKind::ZeroDivisionError, "float division by zero"));
    }
    Ok(Value::Float(result / divisor))
}

fn log2(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.log2", arguments)?;
    logarithm(machine, value, f64::log2).map(Value::Float)
}

fn log10(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.log10", arguments)?;
    logarithm(machine, value, f64::log10).map(Value::Float)
}

fn rounded(machine: &mut Machine, value: Value, function: fn(f64) -> f64) -> Outcome<Value> {
    match value {
        Value::Int(_) | Value::Big(_) => Ok(value),
        Value::Bool(truth) => Ok(Value::Int(i64::from(truth))),
        value => {
            let x = real(machine, value)?;
            to_integer(machine, function(x))
        }
    }
}

fn ceil(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.ceil", arguments)?;
    rounded(machine, value, f64::ceil)
}

fn floor(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.floor", arguments)?;
    rounded(machine, value, f64::floor)
}

fn trunc(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.trunc", arguments)?;
    match value {
        Value::Int(_) | Value::Big(_) | Value::Bool(_) | Value::Float(_) => rounded(machine, value, f64::trunc),
        other => {
            let name = crate::describe::type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("type {name} doesn't define __trunc__ method")))
        }
    }
}

/// Whether two numbers, of which one may be complex, are as close as the tolerances say.
pub(crate) fn is_close(distance: f64, size: f64, relative: f64, absolute: f64) -> bool {
    distance <= relative * size || distance <= absolute
}

/// The tolerances of `isclose`, with their defaults.
pub(crate) fn tolerances(machine: &mut Machine, relative: Value, absolute: Value) -> Outcome<(f64, f64)> {
    let relative = if relative.is_bound() { real(machine, relative)? } else { 1e-9 };
    let absolute = if absolute.is_bound() { real(machine, absolute)? } else { 0.0 };
    if relative < 0.0 || absolute < 0.0 {
        return Err(machine.heap.value_error("tolerances must be non-negative"));
    }
    Ok((relative, absolute))
}

/// The parameters of `isclose`.
pub(crate) const IS_CLOSE: Parameters =
    Parameters { function: "isclose", names: &["a", "b", "rel_tol", "abs_tol"], required: 2, positional: 2 };

fn isclose(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let [a, b, relative, absolute] = IS_CLOSE.bind(machine, arguments)?;
    let a = real(machine, a)?;
    let b = real(machine, b)?;
    let (relative, absolute) = tolerances(machine, relative, absolute)?;
    let close = if a == b {
        true
    } else if a.is_infinite() || b.is_infinite() {
        false
    } else {
        is_close((b - a).abs(), b.abs(), relative, absolute) || is_close((b - a).abs(), a.abs(), relative, absolute)
    };
    Ok(Value::Bool(close))
}

macro_rules! members {
    ($($name:ident),* $(; $($constant:literal = $value:expr),*)?) => {
        &[
            $(Member { name: stringify!($name), value: MemberValue::Function($name) },)*
            $($(Member { name: $constant, value: MemberValue::Float($value) },)*)?
        ]
    };
}

use integers::{comb, factorial, gcd, isqrt, lcm, perm};
use parts::split;
use special::{gamma, lgamma};
use sums::{dist, fsum, hypot, prod};

/// The names of the module.
pub(super) const MEMBERS: &[Member] = members!(
    acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, ceil, comb, copysign, cos, cosh, degrees, dist, erf, erfc, exp,
    exp2, expm1, fabs, factorial, floor, fmod, frexp, fsum, gamma, gcd, hypot, isclose, isfinite, isinf, isnan, isqrt,
    lcm, ldexp, lgamma, log, log10, log1p, log2, modf, nextafter, perm, pow, prod, radians, remainder, sin, sinh, sqrt,
    tan, tanh, trunc, ulp;
    "e" = E, "pi" = PI, "tau" = TAU, "inf" = f64::INFINITY, "nan" = f64::NAN
);
