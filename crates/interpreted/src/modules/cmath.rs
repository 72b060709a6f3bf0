//! The module `cmath`, by the algorithms that CPython uses, which overflow and lose digits as rarely as can be.

mod special;

use std::f64::consts::{E, FRAC_PI_2, LN_2, LN_10};

use crate::describe::type_name;
use crate::error::Outcome;
use crate::modules::arguments::{domain_error, one, range_error, real, some};
use crate::modules::c_math::{asinh as real_asinh, ldexp};
use crate::modules::math::{IS_CLOSE, PI, TAU, is_close, tolerances};
use crate::modules::{Member, MemberValue};
use crate::state::{Arguments, Machine};
use crate::value::Value;

use special::look_up;

/// A part beyond this is halved before it is squared or added to another.
const LARGE: f64 = f64::MAX / 4.0;
/// How many digits the mantissa of a number has.
const DIGITS: i32 = f64::MANTISSA_DIGITS as i32;

/// Why there is no result.
enum Failure {
    Domain,
    Range,
}

type Complex = (f64, f64);
type Computed = Result<Complex, Failure>;

fn is_finite((x, y): Complex) -> bool {
    x.is_finite() && y.is_finite()
}

/// The logarithm of the absolute value of a number with a large part, a factor of 2 left out.
fn log_of_half((x, y): Complex) -> f64 {
    (x / 2.0).hypot(y / 2.0).ln()
}

fn is_large((x, y): Complex) -> bool {
    x.abs() > LARGE || y.abs() > LARGE
}

fn sqrt(z: Complex) -> Complex {
    let (x, y) = z;
    if !is_finite(z) {
        return look_up(&special::SQRT, x, y);
    }
    if x == 0.0 && y == 0.0 {
        return (0.0, y);
    }
    let (width, height) = (x.abs(), y.abs());
    let root = if width < f64::MIN_POSITIVE && height < f64::MIN_POSITIVE {
        let up = 2 * (DIGITS / 2) + 1;
        let width = ldexp(width, up);
        ldexp((width + width.hypot(ldexp(height, up))).sqrt(), -(up + 1) / 2)
    } else {
        let width = width / 8.0;
        2.0 * (width + width.hypot(height / 8.0)).sqrt()
    };
    let other = height / (2.0 * root);
    if x >= 0.0 { (root, other.copysign(y)) } else { (other, root.copysign(y)) }
}

fn acos(z: Complex) -> Computed {
    let (x, y) = z;
    if !is_finite(z) {
        return Ok(look_up(&special::ACOS, x, y));
    }
    if is_large(z) {
        let size = log_of_half(z) + LN_2 * 2.0;
        let imaginary = if x < 0.0 { -size.copysign(y) } else { size.copysign(-y) };
        return Ok((y.abs().atan2(x), imaginary));
    }
    let a = sqrt((1.0 - x, -y));
    let b = sqrt((1.0 + x, y));
    Ok((2.0 * a.0.atan2(b.0), real_asinh(b.0 * a.1 - b.1 * a.0)))
}

fn acosh(z: Complex) -> Computed {
    let (x, y) = z;
    if !is_finite(z) {
        return Ok(look_up(&special::ACOSH, x, y));
    }
    if is_large(z) {
        return Ok((log_of_half(z) + LN_2 * 2.0, y.atan2(x)));
    }
    let a = sqrt((x - 1.0, y));
    let b = sqrt((x + 1.0, y));
    Ok((real_asinh(a.0 * b.0 + a.1 * b.1), 2.0 * a.1.atan2(b.0)))
}

fn asinh(z: Complex) -> Computed {
    let (x, y) = z;
    if !is_finite(z) {
        return Ok(look_up(&special::ASINH, x, y));
    }
    if is_large(z) {
        let size = log_of_half(z) + LN_2 * 2.0;
        let real = if y > 0.0 { size.copysign(x) } else { -size.copysign(-x) };
        return Ok((real, y.atan2(x.abs())));
    }
    let a = sqrt((1.0 + y, -x));
    let b = sqrt((1.0 - y, x));
    Ok((real_asinh(a.0 * b.1 - b.0 * a.1), y.atan2(a.0 * b.0 - a.1 * b.1)))
}

fn atanh(z: Complex) -> Computed {
    let (x, y) = z;
    if !is_finite(z) {
        return Ok(look_up(&special::ATANH, x, y));
    }
    if x.is_sign_negative() {
        let (real, imaginary) = atanh((-x, -y))?;
        return Ok((-real, -imaginary));
    }
    let height = y.abs();
    let large = LARGE.sqrt();
    if x > large || height > large {
        let size = (x / 2.0).hypot(y / 2.0);
        return Ok((x / 4.0 / size / size, -FRAC_PI_2.copysign(-y)));
    }
    if x == 1.0 && height < f64::MIN_POSITIVE.sqrt() {
        if height == 0.0 {
            return Err(Failure::Domain);
        }
        let real = -(height.sqrt() / height.hypot(2.0).sqrt()).ln();
        return Ok((real, (2f64.atan2(-height) / 2.0).copysign(y)));
    }
    let below = (1.0 - x) * (1.0 - x) + height * height;
    let real = (4.0 * x / below).ln_1p() / 4.0;
    Ok((real, -(-2.0 * y).atan2((1.0 - x) * (1.0 + x) - height * height) / 2.0))
}

/// Multiplies by i before a hyperbolic function, so that it is the circular one.
fn turned((x, y): Complex) -> Complex {
    (-y, x)
}

/// Divides by i.
fn turned_back((x, y): Complex) -> Complex {
    (y, -x)
}

fn in_range(z: Complex) -> Computed {
    if z.0.is_infinite() || z.1.is_infinite() { Err(Failure::Range) } else { Ok(z) }
}

/// Whether the real part alone is infinite and the direction of the result is that of the imaginary part.
fn has_direction((x, y): Complex) -> bool {
    x.is_infinite() && y.is_finite() && y != 0.0
}

fn cosh(z: Complex) -> Computed {
    let (x, y) = z;
    let (sine, cosine) = (y.sin(), y.cos());
    if !is_finite(z) {
        return match z {
            _ if has_direction(z) => {
                Ok((f64::INFINITY.copysign(cosine), f64::INFINITY.copysign(if x > 0.0 { sine } else { -sine })))
            }
            _ if y.is_infinite() && !x.is_nan() => Err(Failure::Domain),
            _ => Ok(look_up(&special::COSH, x, y)),
        };
    }
    if x.abs() > LARGE.ln() {
        let less = x - 1f64.copysign(x);
        return in_range((cosine * less.cosh() * E, sine * less.sinh() * E));
    }
    in_range((cosine * x.cosh(), sine * x.sinh()))
}

fn sinh(z: Complex) -> Computed {
    let (x, y) = z;
    let (sine, cosine) = (y.sin(), y.cos());
    if !is_finite(z) {
        return match z {
            _ if has_direction(z) => {
                Ok((f64::INFINITY.copysign(if x > 0.0 { cosine } else { -cosine }), f64::INFINITY.copysign(sine)))
            }
            _ if y.is_infinite() && !x.is_nan() => Err(Failure::Domain),
            _ => Ok(look_up(&special::SINH, x, y)),
        };
    }
    if x.abs() > LARGE.ln() {
        let less = x - 1f64.copysign(x);
        return in_range((cosine * less.sinh() * E, sine * less.cosh() * E));
    }
    in_range((cosine * x.sinh(), sine * x.cosh()))
}

fn tanh(z: Complex) -> Computed {
    let (x, y) = z;
    if !is_finite(z) {
        return match z {
            _ if has_direction(z) => Ok((1f64.copysign(x), 0f64.copysign(2.0 * y.sin() * y.cos()))),
            _ if y.is_infinite() && x.is_finite() => Err(Failure::Domain),
            _ => Ok(look_up(&special::TANH, x, y)),
        };
    }
    if x.abs() > LARGE.ln() {
        return Ok((1f64.copysign(x), 4.0 * y.sin() * y.cos() * (-2.0 * x.abs()).exp()));
    }
    let (a, b) = (x.tanh(), y.tan());
    let c = 1.0 / x.cosh();
    let product = a * b;
    let below = 1.0 + product * product;
    Ok((a * (1.0 + b * b) / below, ((b / below) * c) * c))
}

fn exp(z: Complex) -> Computed {
    let (x, y) = z;
    let (sine, cosine) = (y.sin(), y.cos());
    if !is_finite(z) {
        let size = if x > 0.0 { f64::INFINITY } else { 0.0 };
        return match z {
            _ if has_direction(z) => Ok((size.copysign(cosine), size.copysign(sine))),
            _ if y.is_infinite() && (x.is_finite() || x == f64::INFINITY) => Err(Failure::Domain),
            _ => Ok(look_up(&special::EXP, x, y)),
        };
    }
    if x > LARGE.ln() {
        let size = (x - 1.0).exp();
        return in_range((size * cosine * E, size * sine * E));
    }
    let size = x.exp();
    in_range((size * cosine, size * sine))
}

fn log(z: Complex) -> Computed {
    let (x, y) = z;
    if !is_finite(z) {
        return Ok(look_up(&special::LOG, x, y));
    }
    let (width, height) = (x.abs(), y.abs());
    let real = if is_large(z) {
        log_of_half(z) + LN_2
    } else if width < f64::MIN_POSITIVE && height < f64::MIN_POSITIVE {
        if width == 0.0 && height == 0.0 {
            return Err(Failure::Domain);
        }
        ldexp(width, DIGITS).hypot(ldexp(height, DIGITS)).ln() - f64::from(DIGITS) * LN_2
    } else {
        let size = width.hypot(height);
        if (0.71..=1.73).contains(&size) {
            let (more, less) = if width > height { (width, height) } else { (height, width) };
            ((more - 1.0) * (more + 1.0) + less * less).ln_1p() / 2.0
        } else {
            size.ln()
        }
    };
    Ok((real, y.atan2(x)))
}

fn polar_to_complex(size: f64, angle: f64) -> Computed {
    if !size.is_finite() || !angle.is_finite() {
        let (sine, cosine) = (angle.sin(), angle.cos());
        let signed = f64::INFINITY;
        return match size {
            _ if has_direction((size, angle)) && size > 0.0 => Ok((signed.copysign(cosine), signed.copysign(sine))),
            _ if has_direction((size, angle)) => Ok((-signed.copysign(cosine), -signed.copysign(sine))),
            _ if size != 0.0 && !size.is_nan() && angle.is_infinite() => Err(Failure::Domain),
            _ => Ok(look_up(&special::RECT, size, angle)),
        };
    }
    if angle == 0.0 {
        return Ok((size, size * angle));
    }
    Ok((size * angle.cos(), size * angle.sin()))
}

/// A quotient by Smith's method, which scales by the larger part of the divisor.
fn quotient((a, b): Complex, (c, d): Complex) -> Computed {
    if c == 0.0 && d == 0.0 {
        return Err(Failure::Domain);
    }
    if c.abs() >= d.abs() {
        let ratio = d / c;
        let below = c + d * ratio;
        return Ok(((a + b * ratio) / below, (b - a * ratio) / below));
    }
    if d.abs() >= c.abs() {
        let ratio = c / d;
        let below = c * ratio + d;
        return Ok(((a * ratio + b) / below, (b * ratio - a) / below));
    }
    Ok((f64::NAN, f64::NAN))
}

/// A number of any kind as a complex one.
fn complex(machine: &mut Machine, value: Value) -> Outcome<Complex> {
    match value {
        Value::Complex(x, y) => Ok((x, y)),
        Value::Int(_) | Value::Big(_) | Value::Bool(_) | Value::Float(_) => Ok((real(machine, value)?, 0.0)),
        other => {
            let given = type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("must be real number, not {given}")))
        }
    }
}

fn value_of(machine: &mut Machine, result: Computed) -> Outcome<Value> {
    match result {
        Ok((x, y)) => Ok(Value::Complex(x, y)),
        Err(Failure::Domain) => Err(domain_error(&mut machine.heap)),
        Err(Failure::Range) => Err(range_error(&mut machine.heap)),
    }
}

macro_rules! complex_functions {
    ($($name:ident $text:literal $function:expr;)*) => {
        /// The functions as a program calls them.
        mod called {
            use super::*;
            $(pub(super) fn $name(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
                let value = one(machine, $text, arguments)?;
                let z = complex(machine, value)?;
                let function: fn(Complex) -> Computed = $function;
                value_of(machine, function(z))
            })*
        }
    };
}

complex_functions! {
    acos "cmath.acos" super::acos;
    acosh "cmath.acosh" super::acosh;
    asin "cmath.asin" |z| super::asinh(turned(z)).map(turned_back);
    asinh "cmath.asinh" super::asinh;
    atan "cmath.atan" |z| super::atanh(turned(z)).map(turned_back);
    atanh "cmath.atanh" super::atanh;
    cos "cmath.cos" |z| super::cosh(turned(z));
    cosh "cmath.cosh" super::cosh;
    exp "cmath.exp" super::exp;
    log10 "cmath.log10" |z| super::log(z).map(|(x, y)| (x / LN_10, y / LN_10));
    sin "cmath.sin" |z| super::sinh(turned(z)).map(turned_back);
    sinh "cmath.sinh" super::sinh;
    sqrt "cmath.sqrt" |z| Ok(super::sqrt(z));
    tan "cmath.tan" |z| super::tanh(turned(z)).map(turned_back);
    tanh "cmath.tanh" super::tanh;
}

macro_rules! tests_of_numbers {
    ($($name:ident $text:literal $function:expr;)*) => {
        $(fn $name(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
            let value = one(machine, $text, arguments)?;
            let function: fn(Complex) -> bool = $function;
            Ok(Value::Bool(function(complex(machine, value)?)))
        })*
    };
}

tests_of_numbers! {
    isfinite "cmath.isfinite" is_finite;
    isinf "cmath.isinf" |(x, y)| x.is_infinite() || y.is_infinite();
    isnan "cmath.isnan" |(x, y)| x.is_nan() || y.is_nan();
}

fn logarithm(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let values = some(machine, "cmath.", "log", (1, 2), arguments)?;
    let z = complex(machine, values[0])?;
    let result = match values.get(1) {
        None => log(z),
        Some(&base) => {
            let base = complex(machine, base)?;
            log(z).and_then(|above| quotient(above, log(base)?))
        }
    };
    value_of(machine, result)
}

fn phase(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "cmath.phase", arguments)?;
    let (x, y) = complex(machine, value)?;
    Ok(Value::Float(y.atan2(x)))
}

fn polar(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "cmath.polar", arguments)?;
    let (x, y) = complex(machine, value)?;
    let size = x.hypot(y);
    if size.is_infinite() && is_finite((x, y)) {
        return Err(range_error(&mut machine.heap));
    }
    Ok(machine.heap.tuple(vec![Value::Float(size), Value::Float(y.atan2(x))]))
}

fn rect(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let values = some(machine, "cmath.", "rect", (2, 2), arguments)?;
    let size = real(machine, values[0])?;
    let angle = real(machine, values[1])?;
    value_of(machine, polar_to_complex(size, angle))
}

fn isclose(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let [a, b, relative, absolute] = IS_CLOSE.bind(machine, arguments)?;
    let a = complex(machine, a)?;
    let b = complex(machine, b)?;
    let (relative, absolute) = tolerances(machine, relative, absolute)?;
    let is_infinite = |z: Complex| z.0.is_infinite() || z.1.is_infinite();
    let size = |z: Complex| z.0.hypot(z.1);
    let close = if a == b {
        true
    } else if is_infinite(a) || is_infinite(b) {
        false
    } else {
        let distance = size((a.0 - b.0, a.1 - b.1));
        is_close(distance, size(b), relative, absolute) || is_close(distance, size(a), relative, absolute)
    };
    Ok(Value::Bool(close))
}

macro_rules! function {
    ($name:literal, $function:expr) => {
        Member { name: $name, value: MemberValue::Function($function) }
    };
}

/// The names of the module.
pub(super) const MEMBERS: &[Member] = &[
    function!("acos", called::acos),
    function!("acosh", called::acosh),
    function!("asin", called::asin),
    function!("asinh", called::asinh),
    function!("atan", called::atan),
    function!("atanh", called::atanh),
    function!("cos", called::cos),
    function!("cosh", called::cosh),
    function!("exp", called::exp),
    function!("isclose", isclose),
    function!("isfinite", isfinite),
    function!("isinf", isinf),
    function!("isnan", isnan),
    function!("log", logarithm),
    function!("log10", called::log10),
    function!("phase", phase),
    function!("polar", polar),
    function!("rect", rect),
    function!("sin", called::sin),
    function!("sinh", called::sinh),
    function!("sqrt", called::sqrt),
    function!("tan", called::tan),
    function!("tanh", called::tanh),
    Member { name: "e", value: MemberValue::Float(E) },
    Member { name: "pi", value: MemberValue::Float(PI) },
    Member { name: "tau", value: MemberValue::Float(TAU) },
    Member { name: "inf", value: MemberValue::Float(f64::INFINITY) },
    Member { name: "nan", value: MemberValue::Float(f64::NAN) },
    Member { name: "infj", value: MemberValue::Complex(0.0, f64::INFINITY) },
    Member { name: "nanj", value: MemberValue::Complex(0.0, f64::NAN) },
];
