//! Integers of any size: 64 bits in the value itself as long as a result fits, more of them in the heap.

use std::borrow::Cow;

use num_bigint::{BigInt, Sign};
use num_traits::{Pow, Signed, ToPrimitive, Zero};

use super::{floats, room};
use crate::bytecode::BinaryOperator;
use crate::error::{ExceptionKind, Outcome};
use crate::heap::Heap;
use crate::value::{Ref, Value};

/// An integer, or a truth value taken as one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Integer {
    Small(i64),
    Big(Ref<BigInt>),
}

impl Integer {
    /// The integer that a value is, if it is one.
    pub(super) fn of(value: Value) -> Option<Integer> {
        match value {
            Value::Bool(truth) => Some(Integer::Small(truth.into())),
            Value::Int(number) => Some(Integer::Small(number)),
            Value::Big(number) => Some(Integer::Big(number)),
            _ => None,
        }
    }

    pub(super) fn value(self) -> Value {
        match self {
            Integer::Small(number) => Value::Int(number),
            Integer::Big(number) => Value::Big(number),
        }
    }

    pub(super) fn big(self, heap: &Heap) -> Cow<'_, BigInt> {
        match self {
            Integer::Small(number) => Cow::Owned(number.into()),
            Integer::Big(number) => Cow::Borrowed(&heap[number]),
        }
    }

    pub(super) fn is_zero(self) -> bool {
        matches!(self, Integer::Small(0))
    }

    pub(super) fn is_negative(self, heap: &Heap) -> bool {
        match self {
            Integer::Small(number) => number < 0,
            Integer::Big(number) => heap[number].sign() == Sign::Minus,
        }
    }

    fn bits(self, heap: &Heap) -> u64 {
        match self {
            Integer::Small(number) => u64::from(64 - number.unsigned_abs().leading_zeros()),
            Integer::Big(number) => heap[number].bits(),
        }
    }

    /// The nearest floating-point number.
    pub(super) fn to_float(self, heap: &mut Heap) -> Outcome<f64> {
        let number = match self {
            Integer::Small(number) => number as f64,
            Integer::Big(number) => heap[number].to_f64().unwrap_or(f64::INFINITY),
        };
        if number.is_infinite() {
            return Err(heap.raise(ExceptionKind::OverflowError, "int too large to convert to float"));
        }
        Ok(number)
    }

    /// The integer where it has 64 bits, else the nearest that has.
    pub(super) fn clamped(self, heap: &Heap) -> i64 {
        match self {
            Integer::Small(number) => number,
            Integer::Big(_) if self.is_negative(heap) => i64::MIN,
            Integer::Big(_) => i64::MAX,
        }
    }
}

/// `left operator right`.
pub(super) fn binary(heap: &mut Heap, operator: BinaryOperator, left: Integer, right: Integer) -> Outcome<Value> {
    if let (Integer::Small(left), Integer::Small(right)) = (left, right)
        && let Some(result) = small(operator, left, right)
    {
        return Ok(Value::Int(result));
    }
    match operator {
        BinaryOperator::Add => Ok(with_big(heap, left, right, |left, right| left + right)),
        BinaryOperator::Subtract => Ok(with_big(heap, left, right, |left, right| left - right)),
        BinaryOperator::Multiply => {
            room::require_bits(heap, u128::from(left.bits(heap)) + u128::from(right.bits(heap)))?;
            Ok(with_big(heap, left, right, |left, right| left * right))
        }
        BinaryOperator::TrueDivide => true_divide(heap, left, right),
        BinaryOperator::FloorDivide => Ok(divide_modulo(heap, left, right, "integer division or modulo by zero")?.0),
        BinaryOperator::Modulo => Ok(divide_modulo(heap, left, right, "integer modulo by zero")?.1),
        BinaryOperator::Power => power(heap, left, right),
        BinaryOperator::LeftShift => left_shift(heap, left, right),
        BinaryOperator::RightShift => right_shift(heap, left, right),
        BinaryOperator::And => Ok(with_big(heap, left, right, |left, right| left & right)),
        BinaryOperator::Or => Ok(with_big(heap, left, right, |left, right| left | right)),
        BinaryOperator::Xor => Ok(with_big(heap, left, right, |left, right| left ^ right)),
    }
}

/// The result where both operands and the result have 64 bits, and nothing is wrong with the operands.
fn small(operator: BinaryOperator, left: i64, right: i64) -> Option<i64> {
    match operator {
        BinaryOperator::Add => left.checked_add(right),
        BinaryOperator::Subtract => left.checked_sub(right),
        BinaryOperator::Multiply => left.checked_mul(right),
        BinaryOperator::TrueDivide => None,
        BinaryOperator::FloorDivide => small_divide_modulo(left, right).map(|(quotient, _)| quotient),
        BinaryOperator::Modulo => small_divide_modulo(left, right).map(|(_, remainder)| remainder),
        BinaryOperator::Power => left.checked_pow(u32::try_from(right).ok()?),
        BinaryOperator::LeftShift => {
            let shifted = left.checked_shl(u32::try_from(right).ok()?)?;
            (shifted >> right == left).then_some(shifted)
        }
        BinaryOperator::RightShift => (right >= 0).then(|| left >> right.min(63)),
        BinaryOperator::And => Some(left & right),
        BinaryOperator::Or => Some(left | right),
        BinaryOperator::Xor => Some(left ^ right),
    }
}

/// Quotient rounded down and remainder, which has the sign of the divisor; none for a zero divisor and for -2^63 / -1.
#[inline]
pub(super) fn small_divide_modulo(left: i64, right: i64) -> Option<(i64, i64)> {
    let quotient = left.checked_div(right)?;
    let remainder = left % right;
    if remainder != 0 && (remainder < 0) != (right < 0) {
        Some((quotient - 1, remainder + right))
    } else {
        Some((quotient, remainder))
    }
}

fn with_big(heap: &mut Heap, left: Integer, right: Integer, of: fn(&BigInt, &BigInt) -> BigInt) -> Value {
    let result = of(&left.big(heap), &right.big(heap));
    heap.integer(result)
}

/// Quotient rounded down and remainder with the sign of the divisor; `zero` is the text for a zero divisor.
pub(super) fn divide_modulo(heap: &mut Heap, left: Integer, right: Integer, zero: &str) -> Outcome<(Value, Value)> {
    if right.is_zero() {
        return Err(heap.raise(ExceptionKind::ZeroDivisionError, zero));
    }
    if let (Integer::Small(left), Integer::Small(right)) = (left, right)
        && let Some((quotient, remainder)) = small_divide_modulo(left, right)
    {
        return Ok((Value::Int(quotient), Value::Int(remainder)));
    }
    let (quotient, remainder) = floor_divide(&left.big(heap), &right.big(heap));
    Ok((heap.integer(quotient), heap.integer(remainder)))
}

/// Quotient rounded down and remainder; the divisor is not 0.
pub(super) fn floor_divide(left: &BigInt, right: &BigInt) -> (BigInt, BigInt) {
    let quotient = left / right;
    let remainder = left - &quotient * right;
    if !remainder.is_zero() && remainder.sign() != right.sign() {
        (quotient - 1, remainder + right)
    } else {
        (quotient, remainder)
    }
}

/// The integer nearest to a quotient, of two the even one; the divisor is positive.
pub(super) fn nearest_quotient(left: &BigInt, right: &BigInt) -> BigInt {
    let (quotient, remainder) = floor_divide(left, right);
    let twice: BigInt = remainder << 1;
    let up = twice > *right || twice == *right && quotient.bit(0);
    if up { quotient + 1 } else { quotient }
}

fn true_divide(heap: &mut Heap, left: Integer, right: Integer) -> Outcome<Value> {
    /// Up to here every integer is a floating-point number, so that the division rounds once.
    const EXACT: u64 = 1 << 53;
    if right.is_zero() {
        return Err(heap.raise(ExceptionKind::ZeroDivisionError, "division by zero"));
    }
    if let (Integer::Small(left), Integer::Small(right)) = (left, right)
        && left.unsigned_abs() <= EXACT
        && right.unsigned_abs() <= EXACT
    {
        return Ok(Value::Float(left as f64 / right as f64));
    }
    match true_quotient(&left.big(heap), &right.big(heap)) {
        Some(quotient) => Ok(Value::Float(quotient)),
        None => Err(heap.raise(ExceptionKind::OverflowError, "integer division result too large for a float")),
    }
}

/// The floating-point number nearest to the quotient of two integers, of two the even one; none when it is too large.
///
/// The quotient is computed as an integer with at least two bits more than a floating-point number keeps, what is left of it is
/// noted in the last of them, and the rounding is done once, at the bit where the number's precision ends (which is higher
/// where the number is subnormal).
pub(super) fn true_quotient(left: &BigInt, right: &BigInt) -> Option<f64> {
    const PRECISION: i64 = f64::MANTISSA_DIGITS as i64;
    const LOWEST: i64 = f64::MIN_EXP as i64;
    const HIGHEST: i64 = f64::MAX_EXP as i64;
    let negative = (left.sign() == Sign::Minus) != (right.sign() == Sign::Minus);
    let signed = |number: f64| if negative { -number } else { number };
    let difference = left.bits() as i64 - right.bits() as i64;
    if left.is_zero() || difference < LOWEST - PRECISION - 1 {
        return Some(signed(0.0));
    }
    if difference > HIGHEST {
        return None;
    }
    let shift = difference.max(LOWEST) - PRECISION - 2;
    let (mut dividend, mut divisor) = (left.magnitude().clone(), right.magnitude().clone());
    if shift <= 0 {
        dividend <<= shift.unsigned_abs();
    } else {
        divisor <<= shift.unsigned_abs();
    }
    let whole = &dividend / &divisor;
    let inexact = &whole * &divisor != dividend;
    let quotient = whole.to_u64().expect("it has at most three bits more than a floating-point number keeps");
    let bits = i64::from(64 - quotient.leading_zeros());
    let extra = bits.max(LOWEST - shift) - PRECISION;
    let unit = 1u64 << extra;
    let (kept, rest) = (quotient & !(unit - 1), (quotient & (unit - 1)) * 2 + u64::from(inexact));
    let up = rest > unit || rest == unit && kept & unit != 0;
    let number = scaled(if up { kept + unit } else { kept } as f64, shift);
    number.is_finite().then_some(signed(number))
}

/// `number * 2^exponent`, where the result is a floating-point number exactly, or too large.
fn scaled(mut number: f64, mut exponent: i64) -> f64 {
    let power = |exponent: i64| f64::from_bits(((exponent + 1023) as u64) << 52);
    while exponent.abs() > 1000 {
        let step = exponent.clamp(-1000, 1000);
        number *= power(step);
        exponent -= step;
    }
    number * power(exponent)
}

fn power(heap: &mut Heap, base: Integer, exponent: Integer) -> Outcome<Value> {
    if exponent.is_negative(heap) {
        let (base, exponent) = (base.to_float(heap)?, exponent.to_float(heap)?);
        return floats::power(heap, base, exponent);
    }
    let exponent = match (base, exponent) {
        (_, Integer::Small(exponent)) => exponent as u64,
        (Integer::Small(base @ (0 | 1)), Integer::Big(_)) => return Ok(Value::Int(base)),
        (Integer::Small(-1), Integer::Big(exponent)) => {
            return Ok(Value::Int(if heap[exponent].bit(0) { -1 } else { 1 }));
        }
        (_, Integer::Big(_)) => return Err(room::exhausted(heap)),
    };
    let bits = u128::from(base.bits(heap).saturating_sub(1)) * u128::from(exponent);
    room::require_bits(heap, bits)?;
    // The power of an odd number is shifted afterwards, which makes 2 ** n as quick as a shift.
    let base = base.big(heap);
    let twos = base.trailing_zeros().unwrap_or(0);
    let odd: BigInt = base.as_ref() >> twos;
    let power: BigInt = Pow::pow(odd, exponent) << (twos * exponent);
    Ok(heap.integer(power))
}

/// `pow(base, exponent, modulus)`.
pub(super) fn power_modulo(heap: &mut Heap, base: Integer, exponent: Integer, modulus: Integer) -> Outcome<Value> {
    if modulus.is_zero() {
        return Err(heap.value_error("pow() 3rd argument cannot be 0"));
    }
    let (mut base, mut exponent) = (base.big(heap).into_owned(), exponent.big(heap).into_owned());
    let modulus = modulus.big(heap).into_owned();
    if exponent.is_negative() {
        // The inverse is sought for a positive modulus; the sign of the result follows the modulus below.
        match floor_divide(&base, &modulus.abs()).1.modinv(&modulus.abs()) {
            Some(inverse) => base = inverse,
            None if modulus.abs() == BigInt::from(1) => base = BigInt::ZERO,
            None => return Err(heap.value_error("base is not invertible for the given modulus")),
        }
        exponent = -exponent;
    }
    let result = floor_divide(&base.modpow(&exponent, &modulus), &modulus).1;
    Ok(heap.integer(result))
}

fn left_shift(heap: &mut Heap, left: Integer, count: Integer) -> Outcome<Value> {
    if count.is_negative(heap) {
        return Err(heap.value_error("negative shift count"));
    }
    if left.is_zero() {
        return Ok(Value::Int(0));
    }
    let count = match count {
        Integer::Small(count) => count as u64,
        Integer::Big(count) => {
            // CPython's integers have at most 2^61 digits of 30 bits.
            let too_many = heap[count].bits() > 66 || &heap[count] / 30 >= BigInt::from(1u64 << 61);
            return Err(if too_many {
                heap.raise(ExceptionKind::OverflowError, "too many digits in integer")
            } else {
                room::exhausted(heap)
            });
        }
    };
    room::require_bits(heap, u128::from(count) + u128::from(left.bits(heap)))?;
    let shifted: BigInt = left.big(heap).as_ref() << count;
    Ok(heap.integer(shifted))
}

fn right_shift(heap: &mut Heap, left: Integer, count: Integer) -> Outcome<Value> {
    if count.is_negative(heap) {
        return Err(heap.value_error("negative shift count"));
    }
    let bits = left.bits(heap);
    match count {
        Integer::Small(count) if (count as u64) < bits => {
            let shifted: BigInt = left.big(heap).as_ref() >> count as u64;
            Ok(heap.integer(shifted))
        }
        _ => Ok(Value::Int(if left.is_negative(heap) { -1 } else { 0 })),
    }
}

/// `-number`.
pub(super) fn negative(heap: &mut Heap, number: Integer) -> Value {
    if let Integer::Small(number) = number
        && let Some(negated) = number.checked_neg()
    {
        return Value::Int(negated);
    }
    let negated = -number.big(heap).as_ref();
    heap.integer(negated)
}

/// `~number`.
pub(super) fn inverted(heap: &mut Heap, number: Integer) -> Value {
    match number {
        Integer::Small(number) => Value::Int(!number),
        Integer::Big(number) => {
            let inverted = !&heap[number];
            heap.integer(inverted)
        }
    }
}

/// `abs(number)`.
pub(super) fn absolute(heap: &mut Heap, number: Integer) -> Value {
    if number.is_negative(heap) { negative(heap, number) } else { number.value() }
}

/// `round(number, -places)`: to a multiple of a power of ten, of two the one with an even quotient.
pub(super) fn rounded_to_tens(heap: &mut Heap, number: Integer, places: u64) -> Value {
    // A number of so many bits has fewer decimal digits, and is less than half of a power with two more.
    let digits = number.bits(heap) * 30103 / 100_000 + 2;
    if places > digits {
        return Value::Int(0);
    }
    let unit: BigInt = Pow::pow(BigInt::from(10), places);
    let rounded = nearest_quotient(&number.big(heap), &unit) * unit;
    heap.integer(rounded)
}
