//! What the functions of the built-in modules do with their arguments.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::state::{Arguments, Machine};
use crate::value::Value;

/// The one argument of a function. The name is as messages have it: `math.sqrt`.
pub(crate) fn one(machine: &mut Machine, name: &str, arguments: Arguments<'_>) -> Outcome<Value> {
    no_keywords(machine, name, arguments)?;
    match *arguments.positional {
        [value] => Ok(value),
        ref other => {
            let count = other.len();
            Err(machine.heap.type_error(format!("{name}() takes exactly one argument ({count} given)")))
        }
    }
}

/// Refuses arguments of a function that has none.
pub(crate) fn none(machine: &mut Machine, name: &str, arguments: Arguments<'_>) -> Outcome<()> {
    no_keywords(machine, name, arguments)?;
    match arguments.positional.len() {
        0 => Ok(()),
        count => Err(machine.heap.type_error(format!("{name}() takes no arguments ({count} given)"))),
    }
}

/// Arguments without names, as many as the limits allow. The name is that of the function in its module: `atan2` of `math`.
pub(crate) fn some<'a>(
    machine: &mut Machine,
    module: &str,
    name: &str,
    limits: (usize, usize),
    arguments: Arguments<'a>,
) -> Outcome<&'a [Value]> {
    no_keywords(machine, &format!("{module}{name}"), arguments)?;
    let (least, most) = limits;
    let count = arguments.positional.len();
    if (least..=most).contains(&count) {
        return Ok(arguments.positional);
    }
    let bound = if count < least { least } else { most };
    let how = match (least == most, count < least) {
        (true, _) => "",
        (false, true) => "at least ",
        (false, false) => "at most ",
    };
    let plural = if bound == 1 { "" } else { "s" };
    Err(machine.heap.type_error(format!("{name} expected {how}{bound} argument{plural}, got {count}")))
}

pub(crate) fn no_keywords(machine: &mut Machine, name: &str, arguments: Arguments<'_>) -> Outcome<()> {
    match arguments.keywords {
        [] => Ok(()),
        _ => Err(machine.heap.type_error(format!("{name}() takes no keyword arguments"))),
    }
}

/// The parameters of a function that takes its arguments by place or by name.
pub(crate) struct Parameters {
    /// The function, as messages have it.
    pub(crate) function: &'static str,
    /// Their names, the required ones first.
    pub(crate) names: &'static [&'static str],
    /// How many have to be given.
    pub(crate) required: usize,
    /// How many may be given by place.
    pub(crate) positional: usize,
}

impl Parameters {
    /// The value of each parameter, unbound where it is left out.
    pub(crate) fn bind<const N: usize>(&self, machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<[Value; N]> {
        let (function, given) = (self.function, arguments.positional.len());
        if given > self.positional {
            let how = if self.required == self.positional && self.positional == self.names.len() {
                "exactly"
            } else {
                "at most"
            };
            let how = if self.required == self.positional { "exactly" } else { how };
            let plural = if self.positional == 1 { "" } else { "s" };
            let kind = if self.positional == self.names.len() { "" } else { "positional " };
            let message =
                format!("{function}() takes {how} {} {kind}argument{plural} ({given} given)", self.positional);
            return Err(machine.heap.type_error(message));
        }
        let mut values = [Value::Unbound; N];
        values[..given].copy_from_slice(arguments.positional);
        for &(symbol, value) in arguments.keywords {
            let name = machine.names.text(symbol).clone();
            let Some(place) = self.names.iter().position(|&known| known == &*name) else {
                let message = format!("'{name}' is an invalid keyword argument for {function}()");
                return Err(machine.heap.type_error(message));
            };
            if values[place].is_bound() {
                let position = place + 1;
                let message = format!("argument for {function}() given by name ('{name}') and position ({position})");
                return Err(machine.heap.type_error(message));
            }
            values[place] = value;
        }
        if let Some(missing) = values[..self.required].iter().position(|value| !value.is_bound()) {
            let (name, position) = (self.names[missing], missing + 1);
            let message = format!("{function}() missing required argument '{name}' (pos {position})");
            return Err(machine.heap.type_error(message));
        }
        Ok(values)
    }
}

/// A real number as a floating-point number.
pub(crate) fn real(machine: &mut Machine, value: Value) -> Outcome<f64> {
    match value {
        Value::Float(number) => Ok(number),
        Value::Int(number) => Ok(number as f64),
        Value::Bool(truth) => Ok(f64::from(truth)),
        Value::Big(number) => match machine.heap[number].to_f64().filter(|number| number.is_finite()) {
            Some(number) => Ok(number),
            None => Err(overflow(&mut machine.heap, "int too large to convert to float")),
        },
        other => {
            let given = type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("must be real number, not {given}")))
        }
    }
}

/// An integer of any size.
pub(crate) fn integer(machine: &mut Machine, value: Value) -> Outcome<BigInt> {
    match value {
        Value::Int(number) => Ok(number.into()),
        Value::Bool(truth) => Ok(i64::from(truth).into()),
        Value::Big(number) => Ok(machine.heap[number].clone()),
        other => {
            let given = type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("'{given}' object cannot be interpreted as an integer")))
        }
    }
}

/// A floating-point number that is an integer, as one.
pub(crate) fn to_integer(machine: &mut Machine, number: f64) -> Outcome<Value> {
    match BigInt::from_f64(number) {
        Some(number) => Ok(machine.heap.integer(number)),
        None if number.is_nan() => Err(machine.heap.value_error("cannot convert float NaN to integer")),
        None => Err(overflow(&mut machine.heap, "cannot convert float infinity to integer")),
    }
}

pub(crate) fn overflow(heap: &mut Heap, text: &str) -> Raised {
    heap.raise(ExceptionKind::OverflowError, text)
}

/// The error of an argument for which a function has no value.
pub(crate) fn domain_error(heap: &mut Heap) -> Raised {
    heap.value_error("math domain error")
}

/// The error of a result that is too large.
pub(crate) fn range_error(heap: &mut Heap) -> Raised {
    overflow(heap, "math range error")
}

/// The parameters of a function that CPython has written in Python, which words its errors as a program's functions do.
pub(crate) struct PythonParameters {
    /// The function, as messages have it: `Random.randint`.
    pub(crate) function: &'static str,
    /// Their names without `self`, the required ones first.
    pub(crate) names: &'static [&'static str],
    /// How many have to be given.
    pub(crate) required: usize,
    /// How many may be given by place.
    pub(crate) positional: usize,
}

impl PythonParameters {
    /// The value of each parameter, unbound where it is left out.
    pub(crate) fn bind<const N: usize>(&self, machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<[Value; N]> {
        let (function, given) = (self.function, arguments.positional.len());
        let mut values = [Value::Unbound; N];
        let fitting = given.min(self.positional);
        values[..fitting].copy_from_slice(&arguments.positional[..fitting]);
        for &(symbol, value) in arguments.keywords {
            let name = machine.names.text(symbol).clone();
            let message = match self.names.iter().position(|&known| known == &*name) {
                None => format!("{function}() got an unexpected keyword argument '{name}'"),
                Some(place) if values[place].is_bound() => {
                    format!("{function}() got multiple values for argument '{name}'")
                }
                Some(place) => {
                    values[place] = value;
                    continue;
                }
            };
            return Err(machine.heap.type_error(message));
        }
        if given > self.positional {
            // The object counts too, because these functions are methods.
            let takes = match (self.required + 1, self.positional + 1) {
                (least, most) if least == most => {
                    format!("{most} positional argument{}", if most == 1 { "" } else { "s" })
                }
                (least, most) => format!("from {least} to {most} positional arguments"),
            };
            let message = format!("{function}() takes {takes} but {} were given", given + 1);
            return Err(machine.heap.type_error(message));
        }
        let missing: Vec<String> = self.names[..self.required]
            .iter()
            .zip(&values)
            .filter(|(_, value)| !value.is_bound())
            .map(|(name, _)| format!("'{name}'"))
            .collect();
        let names = match &*missing {
            [] => return Ok(values),
            [name] => name.clone(),
            [first, second] => format!("{first} and {second}"),
            [first @ .., last] => format!("{}, and {last}", first.join(", ")),
        };
        let plural = if missing.len() == 1 { "" } else { "s" };
        let count = missing.len();
        let message = format!("{function}() missing {count} required positional argument{plural}: {names}");
        Err(machine.heap.type_error(message))
    }
}
