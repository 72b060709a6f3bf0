//! The gamma function and its logarithm, by the approximation of Lanczos with the coefficients that CPython uses.

use crate::error::Outcome;
use crate::modules::arguments::{domain_error, one, range_error, real};
use crate::state::{Arguments, Machine};
use crate::value::Value;

use std::f64::consts::PI;

const G: f64 = 6.024_680_040_776_73;
const G_MINUS_HALF: f64 = 5.524_680_040_776_73;
/// The logarithm of pi.
const LOG_PI: f64 = 1.144_729_885_849_400_2;

#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "the coefficients as they are published")]
const NUMERATOR: [f64; 13] = [
    23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
];

const DENOMINATOR: [f64; 13] = [
    0.0,
    39916800.0,
    120543840.0,
    150917976.0,
    105258076.0,
    45995730.0,
    13339535.0,
    2637558.0,
    357423.0,
    32670.0,
    1925.0,
    66.0,
    1.0,
];

/// Why there is no result.
enum Failure {
    Domain,
    Range,
}

/// The quotient of the two polynomials, computed so that nothing overflows.
fn lanczos_sum(x: f64) -> f64 {
    let terms = NUMERATOR.iter().zip(&DENOMINATOR);
    let (numerator, denominator) = if x < 5.0 {
        terms.rev().fold((0.0, 0.0), |(above, below), (a, b)| (above * x + a, below * x + b))
    } else {
        terms.fold((0.0, 0.0), |(above, below), (a, b)| (above / x + a, below / x + b))
    };
    numerator / denominator
}

/// sin(pi x), exact where x is a half or a whole number.
fn sine_of_pi_times(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let result = match (2.0 * y).round() as i32 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    1f64.copysign(x) * result
}

fn gamma_of(x: f64) -> Result<f64, Failure> {
    if !x.is_finite() {
        return if x.is_nan() || x > 0.0 { Ok(x) } else { Err(Failure::Domain) };
    }
    if x == 0.0 || (x < 0.0 && x == x.floor()) {
        return Err(Failure::Domain);
    }
    if x == x.floor() && x <= 23.0 {
        return Ok((1..x as u64).map(|factor| factor as f64).product());
    }
    let size = x.abs();
    if size < 1e-20 {
        let result = 1.0 / x;
        return if result.is_infinite() { Err(Failure::Range) } else { Ok(result) };
    }
    if size > 200.0 {
        return if x < 0.0 { Ok(0.0 / sine_of_pi_times(x)) } else { Err(Failure::Range) };
    }
    let y = size + G_MINUS_HALF;
    // What the addition has lost is made good at the end.
    let lost = if size > G_MINUS_HALF { (y - size) - G_MINUS_HALF } else { (y - G_MINUS_HALF) - size };
    let correction = lost * G / y;
    let mut result;
    let power = |exponent: f64| y.powf(exponent);
    if x < 0.0 {
        result = -PI / sine_of_pi_times(size) / size * y.exp() / lanczos_sum(size);
        result -= correction * result;
        if size < 140.0 {
            result /= power(size - 0.5);
        } else {
            let root = power(size / 2.0 - 0.25);
            result /= root;
            result /= root;
        }
    } else {
        result = lanczos_sum(size) / y.exp();
        result += correction * result;
        if size < 140.0 {
            result *= power(size - 0.5);
        } else {
            let root = power(size / 2.0 - 0.25);
            result *= root;
            result *= root;
        }
    }
    if result.is_infinite() { Err(Failure::Range) } else { Ok(result) }
}

fn log_gamma_of(x: f64) -> Result<f64, Failure> {
    if !x.is_finite() {
        return Ok(if x.is_nan() { x } else { f64::INFINITY });
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 { Err(Failure::Domain) } else { Ok(0.0) };
    }
    let size = x.abs();
    if size < 1e-20 {
        return Ok(-size.ln());
    }
    let mut result = lanczos_sum(size).ln() - G;
    result += (size - 0.5) * ((size + G - 0.5).ln() - 1.0);
    if x < 0.0 {
        result = LOG_PI - sine_of_pi_times(size).abs().ln() - size.ln() - result;
    }
    if result.is_infinite() { Err(Failure::Range) } else { Ok(result) }
}

fn value_of(machine: &mut Machine, result: Result<f64, Failure>) -> Outcome<Value> {
    match result {
        Ok(number) => Ok(Value::Float(number)),
        Err(Failure::Domain) => Err(domain_error(&mut machine.heap)),
        Err(Failure::Range) => Err(range_error(&mut machine.heap)),
    }
}

pub(crate) fn gamma(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.gamma", arguments)?;
    let x = real(machine, value)?;
    value_of(machine, gamma_of(x))
}

pub(crate) fn lgamma(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "math.lgamma", arguments)?;
    let x = real(machine, value)?;
    value_of(machine, log_gamma_of(x))
}
