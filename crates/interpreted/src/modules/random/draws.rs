//! Random numbers of a distribution, by the methods that CPython uses.

use crate::error::{ExceptionKind, Outcome};
use crate::modules::arguments::{PythonParameters, integer, real};
use crate::modules::math::TAU;
use crate::modules::random::reals;
use crate::state::{Arguments, Machine};
use crate::value::Value;

use num_traits::ToPrimitive;

/// 4 exp(-0.5) / sqrt(2), of the method of Kinderman and Monahan.
const KINDERMAN_MONAHAN: f64 = 1.715_527_769_921_413_5;

/// The difference of two numbers; of integers the exact one, rounded once.
fn difference(machine: &mut Machine, high: Value, low: Value) -> Outcome<f64> {
    let is_integer = |value| matches!(value, Value::Int(_) | Value::Bool(_) | Value::Big(_));
    if is_integer(high) && is_integer(low) {
        let difference = integer(machine, high)? - integer(machine, low)?;
        return Ok(difference.to_f64().unwrap_or(f64::INFINITY));
    }
    Ok(real(machine, high)? - real(machine, low)?)
}

pub(super) fn uniform(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters =
        PythonParameters { function: "Random.uniform", names: &["a", "b"], required: 2, positional: 2 };
    let [a, b] = PARAMETERS.bind(machine, arguments)?;
    let width = difference(machine, b, a)?;
    Ok(Value::Float(real(machine, a)? + width * machine.random.next_double()))
}

pub(super) fn triangular(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters =
        PythonParameters { function: "Random.triangular", names: &["low", "high", "mode"], required: 0, positional: 3 };
    let [low_value, high_value, mode] = PARAMETERS.bind(machine, arguments)?;
    let [mut low, mut high] = reals(machine, [low_value, high_value], [0.0, 1.0])?;
    let mut drawn = machine.random.next_double();
    let mut centre = 0.5;
    if !matches!(mode, Value::Unbound | Value::None) {
        let mode = real(machine, mode)?;
        if high - low == 0.0 {
            return Ok(if low_value.is_bound() { low_value } else { Value::Float(low) });
        }
        centre = (mode - low) / (high - low);
    }
    if drawn > centre {
        drawn = 1.0 - drawn;
        centre = 1.0 - centre;
        (low, high) = (high, low);
    }
    Ok(Value::Float(low + (high - low) * (drawn * centre).sqrt()))
}

pub(super) fn gauss(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters =
        PythonParameters { function: "Random.gauss", names: &["mu", "sigma"], required: 0, positional: 2 };
    let values: [Value; 2] = PARAMETERS.bind(machine, arguments)?;
    let [mean, deviation] = reals(machine, values, [0.0, 1.0])?;
    let drawn = match machine.random.gauss.take() {
        Some(kept) => kept,
        None => {
            let angle = machine.random.next_double() * TAU;
            let size = (-2.0 * (1.0 - machine.random.next_double()).ln()).sqrt();
            machine.random.gauss = Some(angle.sin() * size);
            angle.cos() * size
        }
    };
    Ok(Value::Float(mean + drawn * deviation))
}

pub(super) fn normalvariate(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters =
        PythonParameters { function: "Random.normalvariate", names: &["mu", "sigma"], required: 0, positional: 2 };
    let values: [Value; 2] = PARAMETERS.bind(machine, arguments)?;
    let [mean, deviation] = reals(machine, values, [0.0, 1.0])?;
    loop {
        let first = machine.random.next_double();
        let second = 1.0 - machine.random.next_double();
        let drawn = KINDERMAN_MONAHAN * (first - 0.5) / second;
        if drawn * drawn / 4.0 <= -second.ln() {
            return Ok(Value::Float(mean + drawn * deviation));
        }
    }
}

pub(super) fn expovariate(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters =
        PythonParameters { function: "Random.expovariate", names: &["lambd"], required: 1, positional: 1 };
    let [rate] = PARAMETERS.bind(machine, arguments)?;
    let rate = real(machine, rate)?;
    let drawn = -(1.0 - machine.random.next_double()).ln();
    if rate == 0.0 {
        return Err(machine.heap.raise(ExceptionKind::ZeroDivisionError, "float division by zero"));
    }
    Ok(Value::Float(drawn / rate))
}
