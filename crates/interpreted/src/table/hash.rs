//! Hashes as CPython computes them, because the order of a set follows from them.
//!
//! A number has the same hash whatever its type: its value modulo the prime 2^61 - 1. A string's hash is that of CPython when its
//! seed is 0, so that a program prints the same each time.

use std::hash::{DefaultHasher, Hasher};

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use crate::describe::type_name;
use crate::error::Raised;
use crate::heap::Heap;
use crate::objects::{Iterator, View};
use crate::operators::equality;
use crate::value::Value;

/// The prime that numbers are reduced by.
const MODULUS: u64 = (1 << 61) - 1;
/// What `None` hashes to. CPython 3.11 takes an address; this is what its successors take.
const NONE: i64 = 0xfca8_6420;

/// A value without a hash: a list, a dictionary, a set.
#[derive(Clone, Copy, Debug)]
pub struct Unhashable(pub Value);

impl Unhashable {
    /// The exception that says so.
    #[cold]
    pub fn raise(self, heap: &mut Heap) -> Raised {
        let name = type_name(heap, self.0);
        heap.type_error(format!("unhashable type: '{name}'"))
    }
}

/// The hash of a value. It is never -1, as in CPython.
pub fn hash(heap: &Heap, value: Value) -> Result<i64, Unhashable> {
    match value {
        Value::Tuple(tuple) => tuple_hash(heap, &heap[tuple].0),
        value => plain_hash(heap, value),
    }
}

/// The hash of a value that is no tuple.
fn plain_hash(heap: &Heap, value: Value) -> Result<i64, Unhashable> {
    Ok(match value {
        Value::None => NONE,
        Value::Bool(truth) => i64::from(truth),
        Value::Int(number) => integer_hash(number),
        Value::Big(number) => big_hash(&heap[number]),
        Value::Float(number) => float_hash(number),
        Value::Complex(real, imaginary) => {
            let imaginary = (float_hash(imaginary) as u64).wrapping_mul(1_000_003);
            not_minus_one((float_hash(real) as u64).wrapping_add(imaginary) as i64)
        }
        Value::Str(text) => text_hash(heap[text].as_str(), heap[text].is_ascii()),
        Value::Range(range) => {
            let range = heap[range];
            let start = if range.is_empty() { NONE } else { integer_hash(range.start) };
            let step = if range.len() < 2 { NONE } else { integer_hash(range.step) };
            let mut lanes = Lanes::default();
            for lane in [(range.len() % MODULUS) as i64, start, step] {
                lanes.add(lane);
            }
            lanes.finish(3)
        }
        Value::BoundMethod(method) => {
            let method = heap[method];
            plain_hash(heap, Value::Function(method.function))? ^ identity_hash(method.object)
        }
        Value::BuiltinMethod(method) => {
            let method = heap[method];
            identity_hash(Value::Builtin(method.function)) ^ identity_hash(method.object)
        }
        Value::Iterator(iterator) if matches!(heap[iterator], Iterator::View(_, View::Keys | View::Items)) => {
            return Err(Unhashable(value));
        }
        Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Slice(_) | Value::Array(_) => {
            return Err(Unhashable(value));
        }
        value => identity_hash(value),
    })
}

/// A hash of what the value is, not of what it contains.
fn identity_hash(value: Value) -> i64 {
    let place = match value {
        Value::Function(place) => place.index(),
        Value::Class(place) => place.index(),
        Value::Instance(place) => place.index(),
        Value::Exception(place) => place.index(),
        Value::Module(place) => place.index(),
        Value::Iterator(place) => place.index(),
        Value::Generator(place) => place.index(),
        Value::Cell(place) => place.index(),
        Value::List(place) => place.index(),
        Value::Dict(place) => place.index(),
        Value::Set(place) => place.index(),
        Value::Str(place) => place.index(),
        Value::Tuple(place) => place.index(),
        Value::Array(place) => place.index(),
        Value::Builtin(id) => id.0.into(),
        Value::Type(kind) => kind as usize,
        Value::ExceptionType(kind) => kind as usize,
        Value::CythonType(number) => number.into(),
        Value::DateTime(microseconds) | Value::TimeDelta(microseconds) => return integer_hash(microseconds),
        _ => 0,
    };
    (place << 8 | usize::from(value.tag())) as i64
}

fn not_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

fn integer_hash(number: i64) -> i64 {
    let rest = (number.unsigned_abs() % MODULUS) as i64;
    not_minus_one(if number < 0 { -rest } else { rest })
}

fn big_hash(number: &BigInt) -> i64 {
    let rest = (number.magnitude() % MODULUS).to_i64().expect("a remainder is below 2^61");
    not_minus_one(if number.sign() == Sign::Minus { -rest } else { rest })
}

/// `mantissa * 2^exponent` modulo 2^61 - 1: multiplying by two rotates 61 bits.
fn float_hash(number: f64) -> i64 {
    if number.is_nan() {
        return 0;
    }
    if number.is_infinite() {
        return if number > 0.0 { 314_159 } else { -314_159 };
    }
    let bits = number.abs().to_bits();
    let exponent = (bits >> 52) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    let turn = exponent.rem_euclid(61);
    let rest = if turn == 0 { mantissa } else { (mantissa << turn & MODULUS) | mantissa >> (61 - turn) } as i64;
    not_minus_one(if number < 0.0 { -rest } else { rest })
}

/// SipHash of the characters in the smallest width that holds all of them.
fn text_hash(text: &str, ascii: bool) -> i64 {
    if text.is_empty() {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    let widest = if ascii { '\0' } else { text.chars().max().unwrap_or('\0') };
    if ascii {
        hasher.write(text.as_bytes());
    } else if widest <= '\u{ff}' {
        let bytes: Vec<u8> = text.chars().map(|character| character as u8).collect();
        hasher.write(&bytes);
    } else if widest <= '\u{ffff}' {
        let bytes: Vec<u8> = text.chars().flat_map(|character| (character as u16).to_le_bytes()).collect();
        hasher.write(&bytes);
    } else {
        let bytes: Vec<u8> = text.chars().flat_map(|character| (character as u32).to_le_bytes()).collect();
        hasher.write(&bytes);
    }
    not_minus_one(hasher.finish() as i64)
}

/// The hashes of a tuple's elements, put together as xxHash puts its lanes together.
struct Lanes(u64);

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

impl Default for Lanes {
    fn default() -> Lanes {
        Lanes(PRIME_5)
    }
}

impl Lanes {
    fn add(&mut self, lane: i64) {
        let sum = self.0.wrapping_add((lane as u64).wrapping_mul(PRIME_2));
        self.0 = sum.rotate_left(31).wrapping_mul(PRIME_1);
    }

    fn finish(self, length: usize) -> i64 {
        let sum = self.0.wrapping_add(length as u64 ^ (PRIME_5 ^ 3_527_539)) as i64;
        if sum == -1 { 1_546_275_796 } else { sum }
    }
}

/// The hash of a tuple. Tuples may lie within one another deeper than the stack allows a function to call itself.
fn tuple_hash(heap: &Heap, items: &[Value]) -> Result<i64, Unhashable> {
    let mut waiting = vec![(items, 0, Lanes::default())];
    loop {
        let (items, next, lanes) = waiting.last_mut().expect("the outermost tuple returns");
        let hash = match items.get(*next) {
            Some(&Value::Tuple(inner)) => {
                waiting.push((&heap[inner].0, 0, Lanes::default()));
                continue;
            }
            Some(&item) => {
                lanes.add(plain_hash(heap, item)?);
                *next += 1;
                continue;
            }
            None => std::mem::take(lanes).finish(items.len()),
        };
        waiting.pop();
        let Some((_, next, lanes)) = waiting.last_mut() else { return Ok(hash) };
        lanes.add(hash);
        *next += 1;
    }
}

/// Whether two keys are one key.
pub(super) fn equal(heap: &Heap, left: Value, right: Value) -> bool {
    left.is_same(right) || equality::equal(heap, left, right)
}
