//! Random choices of the elements of a sequence.

use std::collections::HashSet;

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome};
use crate::modules::arguments::{PythonParameters, integer, real};
use crate::modules::random::{MOST, below};
use crate::objects::Numbers;
use crate::state::{Arguments, Machine};
use crate::table;
use crate::value::Value;

use num_traits::ToPrimitive;

/// Python's `len`.
fn length(machine: &mut Machine, sequence: Value) -> Outcome<u64> {
    let heap = &machine.heap;
    Ok(match sequence {
        Value::List(list) => heap[list].len() as u64,
        Value::Tuple(tuple) => heap[tuple].0.len() as u64,
        Value::Str(text) => heap[text].characters() as u64,
        Value::Range(range) => heap[range].len(),
        Value::Dict(dict) => table::len(heap, dict) as u64,
        Value::Set(set) => table::set_len(heap, set) as u64,
        Value::Array(array) => match &heap[array].numbers {
            Numbers::Integers(numbers) => numbers.len() as u64,
            Numbers::Unsigned(numbers) => numbers.len() as u64,
            Numbers::Single(numbers) => numbers.len() as u64,
            Numbers::Double(numbers) => numbers.len() as u64,
        },
        other => {
            let name = type_name(heap, other);
            return Err(machine.heap.type_error(format!("object of type '{name}' has no len()")));
        }
    })
}

fn element(machine: &mut Machine, sequence: Value, index: u64) -> Outcome<Value> {
    machine.item(sequence, Value::Int(index as i64))
}

pub(super) fn choice(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters =
        PythonParameters { function: "Random.choice", names: &["seq"], required: 1, positional: 1 };
    let [sequence] = PARAMETERS.bind(machine, arguments)?;
    let length = length(machine, sequence)?;
    if length == 0 {
        return Err(machine.heap.raise(ExceptionKind::IndexError, "Cannot choose from an empty sequence"));
    }
    let index = below(&mut machine.random, length);
    element(machine, sequence, index)
}

pub(super) fn shuffle(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters =
        PythonParameters { function: "Random.shuffle", names: &["x"], required: 1, positional: 1 };
    let [sequence] = PARAMETERS.bind(machine, arguments)?;
    let length = length(machine, sequence)?;
    for last in (1..length).rev() {
        let (last, other) = (last as usize, below(&mut machine.random, last + 1) as usize);
        match sequence {
            Value::List(list) => machine.heap[list].swap(last, other),
            Value::Array(array) => match &mut machine.heap[array].numbers {
                Numbers::Integers(numbers) => numbers.swap(last, other),
                Numbers::Unsigned(numbers) => numbers.swap(last, other),
                Numbers::Single(numbers) => numbers.swap(last, other),
                Numbers::Double(numbers) => numbers.swap(last, other),
            },
            unchangeable => {
                let name = type_name(&machine.heap, unchangeable);
                let message = format!("'{name}' object does not support item assignment");
                return Err(machine.heap.type_error(message));
            }
        }
    }
    Ok(Value::None)
}

/// How many elements are asked for.
fn count(machine: &mut Machine, value: Value) -> Outcome<i64> {
    let count = integer(machine, value)?;
    match count.to_i64().filter(|&count| count <= MOST as i64) {
        Some(count) => Ok(count),
        None => Err(machine.heap.raise_with(ExceptionKind::MemoryError, Vec::new())),
    }
}

pub(super) fn sample(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters = PythonParameters {
        function: "Random.sample",
        names: &["population", "k", "counts"],
        required: 2,
        positional: 2,
    };
    let [population, wanted, counts] = PARAMETERS.bind(machine, arguments)?;
    if !matches!(population, Value::List(_) | Value::Tuple(_) | Value::Str(_) | Value::Range(_) | Value::Array(_)) {
        let message = "Population must be a sequence.  For dicts or sets, use sorted(d).";
        return Err(machine.heap.type_error(message));
    }
    let size = length(machine, population)?;
    let (places, sums) = if matches!(counts, Value::Unbound | Value::None) {
        (size, Vec::new())
    } else {
        let sums = cumulated_counts(machine, counts, size)?;
        (sums.last().copied().unwrap_or(0) as u64, sums)
    };
    let wanted = integer(machine, wanted)?;
    let Some(wanted) = wanted.to_u64().filter(|&wanted| wanted <= places) else {
        return Err(machine.heap.value_error("Sample larger than population or is negative"));
    };
    if wanted > MOST {
        return Err(machine.heap.raise_with(ExceptionKind::MemoryError, Vec::new()));
    }
    let mut items = Vec::with_capacity(wanted as usize);
    for place in draw_places(machine, places, wanted) {
        let index = match sums.is_empty() {
            true => place,
            false => sums.partition_point(|&sum| sum as u64 <= place) as u64,
        };
        items.push(element(machine, population, index)?);
    }
    Ok(machine.heap.list(items))
}

fn cumulated_counts(machine: &mut Machine, counts: Value, size: u64) -> Outcome<Vec<i64>> {
    let mut sums = Vec::new();
    let mut sum = 0i64;
    for item in machine.elements(counts)? {
        let count = match item {
            Value::Int(count) => count,
            Value::Bool(truth) => i64::from(truth),
            _ => return Err(machine.heap.type_error("Counts must be integers")),
        };
        sum = sum.saturating_add(count);
        sums.push(sum);
    }
    if sums.len() as u64 != size {
        return Err(machine.heap.value_error("The number of counts does not match the population"));
    }
    if sum <= 0 {
        return Err(machine.heap.value_error("Total of counts must be greater than zero"));
    }
    Ok(sums)
}

/// Different numbers below the size, in the order in which they are drawn. What is remembered, those that are taken or those that
/// are left, depends on the sizes as it does in CPython, because other numbers are drawn.
fn draw_places(machine: &mut Machine, size: u64, wanted: u64) -> Vec<u64> {
    let table = match wanted {
        ..=5 => 21.0,
        _ => 21.0 + 4f64.powf(((wanted as f64 * 3.0).ln() / 4f64.ln()).ceil()),
    };
    if size as f64 <= table {
        let mut left: Vec<u64> = (0..size).collect();
        return (0..wanted).map(|_| left.swap_remove(below(&mut machine.random, left.len() as u64) as usize)).collect();
    }
    let mut taken = HashSet::new();
    (0..wanted)
        .map(|_| {
            loop {
                let drawn = below(&mut machine.random, size);
                if taken.insert(drawn) {
                    return drawn;
                }
            }
        })
        .collect()
}

pub(super) fn choices(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters = PythonParameters {
        function: "Random.choices",
        names: &["population", "weights", "cum_weights", "k"],
        required: 1,
        positional: 2,
    };
    let [population, weights, cumulated, wanted] = PARAMETERS.bind(machine, arguments)?;
    let size = length(machine, population)?;
    let has = |value| !matches!(value, Value::Unbound | Value::None);
    let sums = match (has(weights), has(cumulated)) {
        (true, true) => {
            return Err(machine.heap.type_error("Cannot specify both weights and cumulative weights"));
        }
        (false, false) => None,
        (true, false) => {
            if let Value::Int(number) = weights {
                let message = format!("The number of choices must be a keyword argument: k={number}");
                return Err(machine.heap.type_error(message));
            }
            Some(checked_sums(machine, weights, true, size)?)
        }
        (false, true) => Some(checked_sums(machine, cumulated, false, size)?),
    };
    let wanted = if wanted.is_bound() { count(machine, wanted)? } else { 1 };
    let mut items = Vec::with_capacity(wanted.max(0) as usize);
    for _ in 0..wanted {
        let drawn = machine.random.next_double();
        let index = match &sums {
            None => (drawn * size as f64).floor() as u64,
            Some(sums) => {
                let total = sums.last().copied().unwrap_or(0.0);
                let last = sums.len().saturating_sub(1);
                sums[..last].partition_point(|&sum| sum <= drawn * total) as u64
            }
        };
        items.push(element(machine, population, index)?);
    }
    Ok(machine.heap.list(items))
}

/// The weights, each with those before it added.
fn checked_sums(machine: &mut Machine, weights: Value, cumulate: bool, size: u64) -> Outcome<Vec<f64>> {
    let mut sums: Vec<f64> = Vec::new();
    for item in machine.elements(weights)? {
        let weight = real(machine, item)?;
        let before = sums.last().copied().unwrap_or(0.0);
        sums.push(if cumulate { before + weight } else { weight });
    }
    if sums.len() as u64 != size {
        return Err(machine.heap.value_error("The number of weights does not match the population"));
    }
    match sums.last() {
        None => Err(machine.heap.raise(ExceptionKind::IndexError, "list index out of range")),
        Some(total) if *total <= 0.0 => Err(machine.heap.value_error("Total of weights must be greater than zero")),
        Some(total) if !total.is_finite() => Err(machine.heap.value_error("Total of weights must be finite")),
        Some(_) => Ok(sums),
    }
}
