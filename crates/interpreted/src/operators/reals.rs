//! Integers and floating-point numbers in one order, exact to the last unit: no number is rounded to be compared.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use num_traits::FromPrimitive;

use crate::heap::Heap;
use crate::value::{Ref, Value};

/// A number that can be ordered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Real {
    /// An integer of at most 64 bits, or a truth value.
    Int(i64),
    /// An integer that needs more.
    Big(Ref<BigInt>),
    /// A floating-point number.
    Float(f64),
}

impl Real {
    /// The number that a value is, unless it is complex or no number.
    pub(crate) fn of(value: Value) -> Option<Real> {
        match value {
            Value::Bool(truth) => Some(Real::Int(truth.into())),
            Value::Int(number) => Some(Real::Int(number)),
            Value::Big(number) => Some(Real::Big(number)),
            Value::Float(number) => Some(Real::Float(number)),
            _ => None,
        }
    }

    /// The order of two numbers; none when one of them is not a number (NaN).
    pub(crate) fn order(self, other: Real, heap: &Heap) -> Option<Ordering> {
        match (self, other) {
            (Real::Int(left), Real::Int(right)) => Some(left.cmp(&right)),
            (Real::Float(left), Real::Float(right)) => left.partial_cmp(&right),
            (Real::Int(left), Real::Float(right)) => order_with_float(left, right),
            (Real::Float(left), Real::Int(right)) => order_with_float(right, left).map(Ordering::reverse),
            (Real::Big(left), Real::Big(right)) => Some(heap[left].cmp(&heap[right])),
            (Real::Big(left), Real::Int(_)) => Some(sign_order(&heap[left])),
            (Real::Int(_), Real::Big(right)) => Some(sign_order(&heap[right]).reverse()),
            (Real::Big(left), Real::Float(right)) => order_big_with_float(&heap[left], right),
            (Real::Float(left), Real::Big(right)) => order_big_with_float(&heap[right], left).map(Ordering::reverse),
        }
    }

    /// Whether this number is this floating-point number exactly.
    pub(crate) fn is_float(self, number: f64, heap: &Heap) -> bool {
        self.order(Real::Float(number), heap) == Some(Ordering::Equal)
    }
}

/// 2^63: the first floating-point number above all integers of 64 bits.
pub(crate) const ABOVE_INT: f64 = 9_223_372_036_854_775_808.0;

fn order_with_float(integer: i64, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if float >= ABOVE_INT {
        return Some(Ordering::Less);
    }
    if float < -ABOVE_INT {
        return Some(Ordering::Greater);
    }
    // Between these limits the whole part is an integer of 64 bits, and what the truncation cuts off decides among equals.
    let whole = float.trunc();
    match integer.cmp(&(whole as i64)) {
        Ordering::Equal => whole.partial_cmp(&float),
        order => Some(order),
    }
}

/// The order of an integer that needs more than 64 bits with any that does not: its sign says it.
fn sign_order(big: &BigInt) -> Ordering {
    if big.sign() == Sign::Minus { Ordering::Less } else { Ordering::Greater }
}

fn order_big_with_float(big: &BigInt, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if float.is_infinite() {
        return Some(if float > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    if float.abs() < ABOVE_INT {
        return Some(sign_order(big));
    }
    // A number that large has no fraction.
    BigInt::from_f64(float).map(|float| big.cmp(&float))
}
