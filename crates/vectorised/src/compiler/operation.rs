//! What an instruction can do, and to which types.

use std::fmt;

use num_complex::Complex;

/// The type of an element. Each can be converted to those after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `bool`.
    Bool,
    /// `i64`.
    Int,
    /// `f64`.
    Float,
    /// `Complex<f64>`.
    Complex,
}

impl Type {
    /// Bytes of an element.
    pub fn bytes(self) -> usize {
        match self {
            Self::Bool => size_of::<bool>(),
            Self::Int => size_of::<i64>(),
            Self::Float => size_of::<f64>(),
            Self::Complex => size_of::<Complex<f64>>(),
        }
    }

    /// The letter of its registers in a listing.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::Bool => 'b',
            Self::Int => 'i',
            Self::Float => 'f',
            Self::Complex => 'c',
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Complex => "complex",
        })
    }
}

/// A value known when the expression is compiled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Constant {
    Bool(bool),
    Int(i64),
    Float(f64),
    Complex(Complex<f64>),
}

impl Constant {
    pub(crate) fn kind(self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Complex(_) => Type::Complex,
        }
    }

    /// The same value in a type further on.
    pub(crate) fn converted(self, to: Type) -> Self {
        match (self, to) {
            (Self::Bool(value), Type::Int) => Self::Int(i64::from(value)),
            (Self::Bool(value), Type::Float) => Self::Float(f64::from(u8::from(value))),
            (Self::Int(value), Type::Float) => Self::Float(value as f64),
            (Self::Bool(_) | Self::Int(_), Type::Complex) => self.converted(Type::Float).converted(to),
            (Self::Float(value), Type::Complex) => Self::Complex(Complex::new(value, 0.0)),
            _ => self,
        }
    }

    /// Equal only if every bit is: 0.0 is not -0.0, and a NaN is itself.
    pub(crate) fn bits(self) -> (Type, u64, u64) {
        let (a, b) = match self {
            Self::Bool(value) => (u64::from(value), 0),
            Self::Int(value) => (value as u64, 0),
            Self::Float(value) => (value.to_bits(), 0),
            Self::Complex(value) => (value.re.to_bits(), value.im.to_bits()),
        };
        (self.kind(), a, b)
    }
}

impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Complex(value) => write!(f, "complex({:?}, {:?})", value.re, value.im),
        }
    }
}

/// Operations on one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unary {
    Negate,
    Not,
    Abs,
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Conj,
    Real,
    Imag,
}

impl Unary {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Negate => "neg",
            Self::Not => "not",
            Self::Abs => "abs",
            Self::Sqrt => "sqrt",
            Self::Exp => "exp",
            Self::Log => "log",
            Self::Sin => "sin",
            Self::Cos => "cos",
            Self::Conj => "conj",
            Self::Real => "real",
            Self::Imag => "imag",
        }
    }

    /// The type of the answer for an operand of a type; `None` if there is none. `Int` and `Bool` are what functions of real
    /// numbers cannot take: they are converted before.
    pub(crate) fn answer(self, operand: Type) -> Option<Type> {
        use Type::{Bool, Complex, Float, Int};
        match (self, operand) {
            (Self::Negate, Int | Float | Complex) | (Self::Not, Bool | Int) | (Self::Abs, Int | Float) => Some(operand),
            (Self::Sqrt | Self::Exp | Self::Log | Self::Sin | Self::Cos, Float | Complex) => Some(operand),
            (Self::Abs | Self::Real | Self::Imag, Complex) => Some(Float),
            (Self::Conj, Complex) => Some(Complex),
            _ => None,
        }
    }
}

/// Operations on two numbers of one type, which is that of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
    Minimum,
    Maximum,
    And,
    Or,
    Xor,
}

impl Binary {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Mul => "mul",
            Self::Div => "div",
            Self::Rem => "rem",
            Self::Pow => "pow",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::And => "and",
            Self::Or => "or",
            Self::Xor => "xor",
        }
    }

    /// As it is written, unless it is a function.
    pub(crate) fn symbol(self) -> Option<&'static str> {
        match self {
            Self::Add => Some("+"),
            Self::Sub => Some("-"),
            Self::Mul => Some("*"),
            Self::Div => Some("/"),
            Self::Rem => Some("%"),
            Self::Pow => Some("**"),
            Self::And => Some("&"),
            Self::Or => Some("|"),
            Self::Xor => Some("^"),
            Self::Minimum | Self::Maximum => None,
        }
    }

    /// The types that it takes, as a message says it.
    pub(crate) fn takes(self) -> &'static str {
        match self {
            Self::Add | Self::Sub | Self::Mul | Self::Div | Self::Pow => "numbers",
            Self::Rem | Self::Minimum | Self::Maximum => "real numbers",
            Self::And | Self::Or | Self::Xor => "two bools or two ints",
        }
    }

    /// Whether it is there for operands of this type.
    pub(crate) fn exists(self, operand: Type) -> bool {
        match self {
            Self::Add | Self::Sub | Self::Mul | Self::Div | Self::Pow => operand >= Type::Int,
            Self::Rem | Self::Minimum | Self::Maximum => matches!(operand, Type::Int | Type::Float),
            Self::And | Self::Or | Self::Xor => operand <= Type::Int,
        }
    }

    /// Whether the operands can be exchanged without another bit in the answer. A NaN may be another NaN.
    pub(crate) fn commutes(self) -> bool {
        matches!(self, Self::Add | Self::Mul | Self::And | Self::Or | Self::Xor)
    }
}

/// Comparisons of two numbers of one type. `a > b` is `b < a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    Less,
    LessEqual,
    Equal,
    NotEqual,
}

impl Comparison {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Less => "lt",
            Self::LessEqual => "le",
            Self::Equal => "eq",
            Self::NotEqual => "ne",
        }
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }
}

/// The first half of a fused pair, on floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum First {
    Add,
    Sub,
    Mul,
}

impl First {
    pub(crate) fn of(operation: Binary) -> Option<Self> {
        match operation {
            Binary::Add => Some(Self::Add),
            Binary::Sub => Some(Self::Sub),
            Binary::Mul => Some(Self::Mul),
            _ => None,
        }
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Mul => "mul",
        }
    }
}

/// The second half of a fused pair: what is done with `t`, the answer of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Second {
    /// `t + c`
    Add,
    /// `t - c`
    Sub,
    /// `c - t`
    SubFrom,
    /// `t * c`
    Mul,
    /// `t * t`
    Square,
    /// `sqrt(t)`
    Sqrt,
}

impl Second {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Sub => "sub",
            Self::SubFrom => "subfrom",
            Self::Mul => "mul",
            Self::Square => "square",
            Self::Sqrt => "sqrt",
        }
    }
}

/// What is done to all elements at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reduction {
    Sum,
    Prod,
    Min,
    Max,
}

impl Reduction {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Prod => "prod",
            Self::Min => "min",
            Self::Max => "max",
        }
    }
}
