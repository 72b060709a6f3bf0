//! Constants: values that are known before the program runs, and the arithmetic on them that CPython does beforehand too.

use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};

use crate::source::tree::{BinaryOperator, Expression, ExpressionKind, Name, UnaryOperator};

/// Bits that the result of a product or a shift may have at most, as in CPython.
const MAXIMUM_BITS: u64 = 128;
/// Integers up to this size are exact as floating-point numbers.
const EXACT: u64 = 1 << 53;

/// A constant. Two are equal when their types and bits are: `True`, `1` and `1.0` differ, and so do `0.0` and `-0.0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Constant {
    None,
    Bool(bool),
    Integer(BigInt),
    Float(u64),
    Complex(u64, u64),
    Text(Name),
    Tuple(Vec<Constant>),
}

/// A number among the constants; a truth value counts as an integer.
enum Number {
    Integer(BigInt),
    Float(f64),
    Complex(f64, f64),
}

impl Number {
    fn of(constant: &Constant) -> Option<Number> {
        Some(match constant {
            Constant::Bool(value) => Number::Integer(BigInt::from(u8::from(*value))),
            Constant::Integer(value) => Number::Integer(value.clone()),
            Constant::Float(bits) => Number::Float(f64::from_bits(*bits)),
            Constant::Complex(real, imaginary) => Number::Complex(f64::from_bits(*real), f64::from_bits(*imaginary)),
            _ => return None,
        })
    }

    fn constant(self) -> Constant {
        match self {
            Number::Integer(value) => Constant::Integer(value),
            Number::Float(value) => Constant::Float(value.to_bits()),
            Number::Complex(real, imaginary) => Constant::Complex(real.to_bits(), imaginary.to_bits()),
        }
    }

    /// As a floating-point number, where that is exact.
    fn real(&self) -> Option<f64> {
        match self {
            Number::Integer(value) if value.magnitude() <= &EXACT.into() => value.to_f64(),
            Number::Float(value) => Some(*value),
            _ => None,
        }
    }

    fn complex(&self) -> Option<(f64, f64)> {
        match *self {
            Number::Complex(real, imaginary) => Some((real, imaginary)),
            _ => self.real().map(|real| (real, 0.0)),
        }
    }
}

impl Constant {
    /// Whether it counts as true in a test.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Constant::None => false,
            Constant::Bool(value) => *value,
            Constant::Integer(value) => !value.is_zero(),
            Constant::Float(bits) => f64::from_bits(*bits) != 0.0,
            Constant::Complex(real, imaginary) => f64::from_bits(*real) != 0.0 || f64::from_bits(*imaginary) != 0.0,
            Constant::Text(text) => !text.is_empty(),
            Constant::Tuple(items) => !items.is_empty(),
        }
    }
}

/// The value of an expression that is known beforehand.
pub(super) fn constant(expression: &Expression) -> Option<Constant> {
    match &expression.kind {
        ExpressionKind::None => Some(Constant::None),
        ExpressionKind::Boolean(value) => Some(Constant::Bool(*value)),
        ExpressionKind::Integer(value) => Some(Constant::Integer((*value).into())),
        ExpressionKind::BigInteger(digits) => digits.parse().ok().map(Constant::Integer),
        ExpressionKind::Float(value) => Some(Constant::Float(value.to_bits())),
        ExpressionKind::Imaginary(value) => Some(Constant::Complex(0.0f64.to_bits(), value.to_bits())),
        ExpressionKind::String(text) => Some(Constant::Text(text.clone())),
        ExpressionKind::Tuple(items) => items.iter().map(constant).collect::<Option<_>>().map(Constant::Tuple),
        ExpressionKind::Unary { operators, operand } => {
            let operand = constant(operand)?;
            operators.iter().rev().try_fold(operand, |value, (operator, _)| unary(*operator, &value))
        }
        ExpressionKind::Binary { first, rest } => {
            let first = constant(first)?;
            rest.iter().try_fold(first, |left, term| binary(term.operator, &left, &constant(&term.right)?))
        }
        ExpressionKind::Power(operands) => {
            let (last, before) = operands.split_last()?;
            let last = constant(last)?;
            before.iter().rev().try_fold(last, |right, left| binary(BinaryOperator::Power, &constant(left)?, &right))
        }
        _ => None,
    }
}

/// The result of an operator of one operand, if it is a number.
pub(super) fn unary(operator: UnaryOperator, value: &Constant) -> Option<Constant> {
    if operator == UnaryOperator::Not {
        return Some(Constant::Bool(!value.is_true()));
    }
    Some(match (operator, Number::of(value)?) {
        (UnaryOperator::Plus, number) => number.constant(),
        (UnaryOperator::Minus, Number::Integer(value)) => Constant::Integer(-value),
        (UnaryOperator::Minus, Number::Float(value)) => Number::Float(-value).constant(),
        (UnaryOperator::Minus, Number::Complex(real, imaginary)) => Number::Complex(-real, -imaginary).constant(),
        (UnaryOperator::Invert, Number::Integer(value)) => Constant::Integer(!value),
        _ => return None,
    })
}

/// The result of arithmetic on two numbers, where it raises nothing and is cheap.
pub(super) fn binary(operator: BinaryOperator, left: &Constant, right: &Constant) -> Option<Constant> {
    if matches!((left, right), (Constant::Bool(_), Constant::Bool(_))) {
        // `&`, `|` and `^` of truth values are truth values.
        return None;
    }
    let (left, right) = (Number::of(left)?, Number::of(right)?);
    let number = match (&left, &right) {
        (Number::Integer(left), Number::Integer(right)) if operator != BinaryOperator::Divide => {
            Number::Integer(integers(operator, left, right)?)
        }
        (Number::Complex(..), _) | (_, Number::Complex(..)) => complexes(operator, left.complex()?, right.complex()?)?,
        _ => floats(operator, left.real()?, right.real()?)?,
    };
    Some(number.constant())
}

fn integers(operator: BinaryOperator, left: &BigInt, right: &BigInt) -> Option<BigInt> {
    Some(match operator {
        BinaryOperator::Add => left + right,
        BinaryOperator::Subtract => left - right,
        BinaryOperator::Multiply if left.bits() + right.bits() <= MAXIMUM_BITS => left * right,
        BinaryOperator::FloorDivide | BinaryOperator::Remainder if !right.is_zero() => {
            let (quotient, remainder) = (left / right, left % right);
            // Rust rounds towards zero, Python down.
            let down = !remainder.is_zero() && remainder.sign() != right.sign();
            match operator {
                BinaryOperator::FloorDivide => quotient - BigInt::from(u8::from(down)),
                _ if down => remainder + right,
                _ => remainder,
            }
        }
        BinaryOperator::Power => {
            let exponent = right.to_u32()?;
            if left.bits() * u64::from(exponent) > MAXIMUM_BITS {
                return None;
            }
            left.pow(exponent)
        }
        BinaryOperator::ShiftLeft => {
            let bits = right.to_u64().filter(|bits| *bits <= MAXIMUM_BITS && left.bits() + bits <= MAXIMUM_BITS)?;
            left << bits
        }
        BinaryOperator::ShiftRight => left >> right.to_u64()?,
        BinaryOperator::And => left & right,
        BinaryOperator::Or => left | right,
        BinaryOperator::ExclusiveOr => left ^ right,
        _ => return None,
    })
}

fn floats(operator: BinaryOperator, left: f64, right: f64) -> Option<Number> {
    Some(Number::Float(match operator {
        BinaryOperator::Add => left + right,
        BinaryOperator::Subtract => left - right,
        BinaryOperator::Multiply => left * right,
        BinaryOperator::Divide if right != 0.0 => left / right,
        _ => return None,
    }))
}

fn complexes(operator: BinaryOperator, left: (f64, f64), right: (f64, f64)) -> Option<Number> {
    let ((a, b), (c, d)) = (left, right);
    Some(match operator {
        BinaryOperator::Add => Number::Complex(a + c, b + d),
        BinaryOperator::Subtract => Number::Complex(a - c, b - d),
        BinaryOperator::Multiply => Number::Complex(a * c - b * d, a * d + b * c),
        _ => return None,
    })
}
