//! The module `random`: from the same seed the same numbers as CPython's.

mod draws;
mod sequences;

use num_bigint::{BigInt, BigUint, Sign};

use crate::error::Outcome;
use crate::modules::arguments::{PythonParameters, integer, none, one, overflow, real};
use crate::modules::mersenne::MersenneTwister;
use crate::modules::sha512::sha512;
use crate::modules::{Member, MemberValue};
use crate::state::{Arguments, Machine};
use crate::table;
use crate::value::Value;

/// More random bits or elements than this are refused before anything is allocated.
const MOST: u64 = 1 << 28;

fn random(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    none(machine, "Random.random", arguments)?;
    Ok(Value::Float(machine.random.next_double()))
}

fn seed(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters =
        PythonParameters { function: "Random.seed", names: &["a", "version"], required: 0, positional: 2 };
    let [seed, version] = PARAMETERS.bind(machine, arguments)?;
    let number: BigUint = match seed {
        Value::Unbound | Value::None => {
            machine.random.seed_from_system();
            return Ok(Value::None);
        }
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => integer(machine, seed)?.into_parts().1,
        Value::Float(_) => match table::hash(&machine.heap, seed) {
            Ok(hash) => (hash as u64).into(),
            Err(error) => return Err(error.raise(&mut machine.heap)),
        },
        Value::Str(text) if matches!(version, Value::Int(1)) => first_version(machine.heap[text].as_str()).into(),
        Value::Str(text) => {
            let mut bytes = machine.heap[text].as_str().as_bytes().to_vec();
            bytes.extend(sha512(&bytes));
            BigUint::from_bytes_be(&bytes)
        }
        _ => {
            let message = "The only supported seed types are: None,\nint, float, str, bytes, and bytearray.";
            return Err(machine.heap.type_error(message));
        }
    };
    machine.random.seed(&number.to_u32_digits());
    Ok(Value::None)
}

/// How strings were made numbers before Python 3.2.
fn first_version(text: &str) -> u64 {
    let first = text.chars().next().map_or(0, |character| u64::from(character as u32) << 7);
    let mixed =
        text.chars().fold(first, |mixed, character| mixed.wrapping_mul(1_000_003) ^ u64::from(character as u32));
    mixed ^ text.chars().count() as u64
}

/// So many random bits as an integer.
fn random_bits(generator: &mut MersenneTwister, bits: u64) -> BigUint {
    let words = (0..bits.div_ceil(32)).map(|word| {
        let left = bits - word * 32;
        let drawn = generator.next_word();
        if left < 32 { drawn >> (32 - left) } else { drawn }
    });
    BigUint::new(words.collect())
}

/// A number from 0 to below the limit, which is at least 1: bits are drawn until they are below it.
fn below(generator: &mut MersenneTwister, limit: u64) -> u64 {
    let bits = 64 - limit.leading_zeros();
    loop {
        let low = u64::from(generator.next_word());
        let drawn = match bits {
            ..=32 => low >> (32 - bits),
            _ => low | u64::from(generator.next_word()) >> (64 - bits) << 32,
        };
        if drawn < limit {
            return drawn;
        }
    }
}

fn below_big(generator: &mut MersenneTwister, limit: &BigUint) -> BigUint {
    loop {
        let drawn = random_bits(generator, limit.bits());
        if drawn < *limit {
            return drawn;
        }
    }
}

fn getrandbits(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = one(machine, "Random.getrandbits", arguments)?;
    let bits = integer(machine, value)?;
    if bits.sign() == Sign::Minus {
        return Err(machine.heap.value_error("number of bits must be non-negative"));
    }
    let Ok(bits) = i32::try_from(&bits) else {
        return Err(overflow(&mut machine.heap, "Python int too large to convert to C int"));
    };
    let number = random_bits(&mut machine.random, bits as u64);
    Ok(machine.heap.integer(number.into()))
}

/// An argument of `randrange`: an integer, or a number that is one.
fn whole(machine: &mut Machine, value: Value, name: &str) -> Outcome<BigInt> {
    match value {
        Value::Float(number) if number.is_finite() => match num_traits::FromPrimitive::from_f64(number) {
            Some(whole) if number.fract() == 0.0 => Ok(whole),
            _ => Err(machine.heap.value_error(format!("non-integer {name} for randrange()"))),
        },
        value => integer(machine, value),
    }
}

fn randrange(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters = PythonParameters {
        function: "Random.randrange",
        names: &["start", "stop", "step"],
        required: 1,
        positional: 3,
    };
    let [start, stop, step] = PARAMETERS.bind(machine, arguments)?;
    let start = whole(machine, start, "arg 1")?;
    if matches!(stop, Value::Unbound | Value::None) {
        if step.is_bound() {
            return Err(machine.heap.type_error("Missing a non-None stop argument"));
        }
        if start.sign() != Sign::Plus {
            return Err(machine.heap.value_error("empty range for randrange()"));
        }
        let drawn = below_big(&mut machine.random, start.magnitude());
        return Ok(machine.heap.integer(drawn.into()));
    }
    let stop = whole(machine, stop, "stop")?;
    let step = if step.is_bound() { whole(machine, step, "step")? } else { BigInt::from(1) };
    from_range(machine, &start, &stop, &step)
}

fn from_range(machine: &mut Machine, start: &BigInt, stop: &BigInt, step: &BigInt) -> Outcome<Value> {
    let width = stop - start;
    if *step == BigInt::from(1) {
        if width.sign() != Sign::Plus {
            let message = format!("empty range for randrange() ({start}, {stop}, {width})");
            return Err(machine.heap.value_error(message));
        }
        let drawn = below_big(&mut machine.random, width.magnitude());
        return Ok(machine.heap.integer(start + BigInt::from(drawn)));
    }
    let count = match (step.sign(), width.sign()) {
        (Sign::NoSign, _) => return Err(machine.heap.value_error("zero step for randrange()")),
        (direction, other) if direction == other => (width.magnitude() + step.magnitude() - 1u8) / step.magnitude(),
        _ => return Err(machine.heap.value_error("empty range for randrange()")),
    };
    let drawn = BigInt::from(below_big(&mut machine.random, &count));
    Ok(machine.heap.integer(start + step * drawn))
}

fn randint(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: PythonParameters =
        PythonParameters { function: "Random.randint", names: &["a", "b"], required: 2, positional: 2 };
    let [a, b] = PARAMETERS.bind(machine, arguments)?;
    if let (Value::Int(a), Value::Int(b)) = (a, b)
        && let Some(width) = b.checked_sub(a).and_then(|width| width.checked_add(1))
        && width > 0
    {
        return Ok(Value::Int(a + below(&mut machine.random, width as u64) as i64));
    }
    let a = whole(machine, a, "arg 1")?;
    let stop = whole(machine, b, "stop")? + 1;
    from_range(machine, &a, &stop, &BigInt::from(1))
}

/// The numbers of a distribution's parameters, with defaults for those that are left out.
fn reals<const N: usize>(machine: &mut Machine, values: [Value; N], defaults: [f64; N]) -> Outcome<[f64; N]> {
    let mut numbers = defaults;
    for (number, value) in numbers.iter_mut().zip(values) {
        if value.is_bound() {
            *number = real(machine, value)?;
        }
    }
    Ok(numbers)
}

macro_rules! function {
    ($name:literal, $function:expr) => {
        Member { name: $name, value: MemberValue::Function($function) }
    };
}

/// The names of the module.
pub(super) const MEMBERS: &[Member] = &[
    function!("choice", sequences::choice),
    function!("choices", sequences::choices),
    function!("expovariate", draws::expovariate),
    function!("gauss", draws::gauss),
    function!("getrandbits", getrandbits),
    function!("normalvariate", draws::normalvariate),
    function!("randint", randint),
    function!("random", random),
    function!("randrange", randrange),
    function!("sample", sequences::sample),
    function!("seed", seed),
    function!("shuffle", sequences::shuffle),
    function!("triangular", draws::triangular),
    function!("uniform", draws::uniform),
];
