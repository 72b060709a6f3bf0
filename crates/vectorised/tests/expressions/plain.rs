//! An evaluator that takes one element after the other through the tree, in plain Rust.

use num_complex::Complex;
use proptest::prelude::*;

/// One element.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Bool(bool),
    Int(i64),
    Float(f64),
    Complex(Complex<f64>),
}

use Value::{Bool, Float, Int};

impl Value {
    /// The same bits, where all NaNs are one.
    pub(crate) fn is(self, other: Self) -> bool {
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        match (self, other) {
            (Bool(a), Bool(b)) => a == b,
            (Int(a), Int(b)) => a == b,
            (Float(a), Float(b)) => same(a, b),
            (Self::Complex(a), Self::Complex(b)) => same(a.re, b.re) && same(a.im, b.im),
            _ => false,
        }
    }

    fn rank(self) -> u8 {
        match self {
            Bool(_) => 0,
            Int(_) => 1,
            Float(_) => 2,
            Self::Complex(_) => 3,
        }
    }

    fn to(self, rank: u8) -> Self {
        match (self, rank) {
            (Bool(a), 1) => Int(i64::from(a)),
            (Bool(a), 2) => Float(if a { 1.0 } else { 0.0 }),
            (Int(a), 2) => Float(a as f64),
            (Bool(_) | Int(_), 3) => self.to(2).to(3),
            (Float(a), 3) => Self::Complex(Complex::new(a, 0.0)),
            _ => self,
        }
    }
}

/// An expression as a tree.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    /// One of [`NAMES`].
    Name(usize),
    Literal(&'static str, Literal),
    Unary(&'static str, Box<Tree>),
    Binary(&'static str, Box<Tree>, Box<Tree>),
    /// A power with a literal exponent.
    Power(Box<Tree>, u8),
    Where(Box<Tree>, Box<Tree>, Box<Tree>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Literal {
    Bool(bool),
    Int(i64),
    Float(f64),
    Imaginary(f64),
}

/// The arrays: two of floats, and one of each other type.
pub(crate) const NAMES: [&str; 5] = ["a", "b", "n", "p", "z"];

const LITERALS: [(&str, Literal); 8] = [
    ("True", Literal::Bool(true)),
    ("0", Literal::Int(0)),
    ("3", Literal::Int(3)),
    ("9223372036854775807", Literal::Int(i64::MAX)),
    ("0.1", Literal::Float(0.1)),
    ("2.0", Literal::Float(2.0)),
    ("1e300", Literal::Float(1e300)),
    ("1.5j", Literal::Imaginary(1.5)),
];

const UNARY: [&str; 13] = ["-", "+", "~", "abs", "sqrt", "exp", "log", "sin", "cos", "conj", "real", "imag", "exp"];

const BINARY: [&str; 18] =
    ["+", "-", "*", "+", "-", "*", "/", "%", "&", "|", "^", "<", "<=", ">", "==", "!=", "minimum", "complex"];

/// Random trees, most of them without a type error.
pub(crate) fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        4 => (0..NAMES.len()).prop_map(Tree::Name),
        3 => (0..2_usize).prop_map(Tree::Name),
        2 => (0..LITERALS.len()).prop_map(|index| Tree::Literal(LITERALS[index].0, LITERALS[index].1)),
    ];
    leaf.prop_recursive(6, 48, 3, |inner| {
        let boxed = move || inner.clone().prop_map(Box::new);
        prop_oneof![
            2 => (0..UNARY.len(), boxed()).prop_map(|(operation, a)| Tree::Unary(UNARY[operation], a)),
            6 => (0..BINARY.len(), boxed(), boxed()).prop_map(|(operation, a, b)| Tree::Binary(BINARY[operation], a, b)),
            4 => (0..6_usize, boxed(), boxed()).prop_map(|(operation, a, b)| Tree::Binary(BINARY[operation], a, b)),
            1 => (boxed(), 1..7_u8).prop_map(|(a, exponent)| Tree::Power(a, exponent)),
            1 => (boxed(), boxed(), boxed()).prop_map(|(condition, a, b)| {
                Tree::Where(Box::new(Tree::Binary("!=", condition, Box::new(Tree::Name(0)))), a, b)
            }),
        ]
    })
}

/// As the compiler reads it, with all parentheses.
pub(crate) fn text(tree: &Tree) -> String {
    match tree {
        Tree::Name(name) => NAMES[*name].to_owned(),
        Tree::Literal(text, _) => (*text).to_owned(),
        Tree::Unary(operation @ ("-" | "+" | "~"), a) => format!("({operation}{})", text(a)),
        Tree::Unary(operation @ ("real" | "imag"), a) => format!("({}).{operation}", text(a)),
        Tree::Unary(operation, a) => format!("{operation}({})", text(a)),
        Tree::Binary(operation @ ("minimum" | "complex"), a, b) => format!("{operation}({}, {})", text(a), text(b)),
        Tree::Binary(operation, a, b) => format!("({} {operation} {})", text(a), text(b)),
        Tree::Power(a, exponent) => format!("({} ** {exponent})", text(a)),
        Tree::Where(condition, a, b) => format!("where({}, {}, {})", text(condition), text(a), text(b)),
    }
}

/// The value for one element of each array; `None` if an operation is not there for the types.
pub(crate) fn evaluate(tree: &Tree, arrays: &[Value; 5]) -> Option<Value> {
    Some(match tree {
        Tree::Name(name) => arrays[*name],
        Tree::Literal(_, Literal::Bool(value)) => Bool(*value),
        Tree::Literal(_, Literal::Int(value)) => Int(*value),
        Tree::Literal(_, Literal::Float(value)) => Float(*value),
        Tree::Literal(_, Literal::Imaginary(value)) => Value::Complex(Complex::new(0.0, *value)),
        Tree::Unary(operation, a) => unary(operation, evaluate(a, arrays)?)?,
        Tree::Binary(operation, a, b) => binary(operation, evaluate(a, arrays)?, evaluate(b, arrays)?)?,
        Tree::Power(a, exponent) => power(evaluate(a, arrays)?, *exponent),
        Tree::Where(condition, a, b) => {
            let (Bool(condition), a, b) = (evaluate(condition, arrays)?, evaluate(a, arrays)?, evaluate(b, arrays)?)
            else {
                return None;
            };
            (if condition { a } else { b }).to(a.rank().max(b.rank()))
        }
    })
}

fn unary(operation: &str, a: Value) -> Option<Value> {
    if operation == "+" {
        return Some(a);
    }
    if operation == "~" {
        return match a {
            Bool(a) => Some(Bool(!a)),
            Int(a) => Some(Int(!a)),
            _ => None,
        };
    }
    if matches!((operation, a), ("real" | "imag" | "conj" | "sqrt" | "exp" | "log" | "sin" | "cos", Bool(_))) {
        return None;
    }
    let a = match operation {
        "sqrt" | "exp" | "log" | "sin" | "cos" => a.to(a.rank().max(2)),
        _ => a.to(a.rank().max(1)),
    };
    Some(match (operation, a) {
        ("-", Int(a)) => Int(a.wrapping_neg()),
        ("-", Float(a)) => Float(-a),
        ("-", Value::Complex(a)) => Value::Complex(-a),
        ("abs", Int(a)) => Int(a.wrapping_abs()),
        ("abs", Float(a)) => Float(a.abs()),
        ("abs", Value::Complex(a)) => Float(a.norm()),
        ("sqrt", Float(a)) => Float(a.sqrt()),
        ("exp", Float(a)) => Float(a.exp()),
        ("log", Float(a)) => Float(a.ln()),
        ("sin", Float(a)) => Float(a.sin()),
        ("cos", Float(a)) => Float(a.cos()),
        ("sqrt", Value::Complex(a)) => Value::Complex(a.sqrt()),
        ("exp", Value::Complex(a)) => Value::Complex(a.exp()),
        ("log", Value::Complex(a)) => Value::Complex(a.ln()),
        ("sin", Value::Complex(a)) => Value::Complex(a.sin()),
        ("cos", Value::Complex(a)) => Value::Complex(a.cos()),
        ("conj", Value::Complex(a)) => Value::Complex(a.conj()),
        ("real", Value::Complex(a)) => Float(a.re),
        ("imag", Value::Complex(a)) => Float(a.im),
        ("imag", Int(_)) => Int(0),
        ("imag", Float(_)) => Float(0.0),
        _ => a,
    })
}

fn power(a: Value, exponent: u8) -> Value {
    let a = a.to(a.rank().max(1));
    if exponent <= 4 {
        return (1..exponent).fold(a, |product, _| binary("*", product, a).expect("numbers can be multiplied"));
    }
    match a {
        Int(a) => Int(a.wrapping_pow(u32::from(exponent))),
        Float(a) => Float(a.powf(f64::from(exponent))),
        Value::Complex(a) => Value::Complex(a.powc(Complex::new(f64::from(exponent), 0.0))),
        Bool(_) => a,
    }
}

fn binary(operation: &str, a: Value, b: Value) -> Option<Value> {
    let rank = a.rank().max(b.rank());
    Some(match operation {
        "&" | "|" | "^" => match (operation, a, b) {
            ("&", Bool(a), Bool(b)) => Bool(a & b),
            ("|", Bool(a), Bool(b)) => Bool(a | b),
            (_, Bool(a), Bool(b)) => Bool(a ^ b),
            ("&", Int(a), Int(b)) => Int(a & b),
            ("|", Int(a), Int(b)) => Int(a | b),
            (_, Int(a), Int(b)) => Int(a ^ b),
            _ => return None,
        },
        "<" | "<=" | ">" | "==" | "!=" => match (a.to(rank), b.to(rank)) {
            (Bool(a), Bool(b)) => Bool(compared(operation, &a, &b)),
            (Int(a), Int(b)) => Bool(compared(operation, &a, &b)),
            (Float(a), Float(b)) => Bool(compared(operation, &a, &b)),
            (Value::Complex(a), Value::Complex(b)) if operation == "==" => Bool(a == b),
            (Value::Complex(a), Value::Complex(b)) if operation == "!=" => Bool(a != b),
            _ => return None,
        },
        "complex" => match (a.to(2), b.to(2)) {
            (Float(a), Float(b)) => Value::Complex(Complex::new(a, b)),
            _ => return None,
        },
        _ => {
            let rank = rank.max(1);
            match (operation, a.to(rank), b.to(rank)) {
                ("+", Int(a), Int(b)) => Int(a.wrapping_add(b)),
                ("-", Int(a), Int(b)) => Int(a.wrapping_sub(b)),
                ("*", Int(a), Int(b)) => Int(a.wrapping_mul(b)),
                ("/" | "%", Int(_), Int(0)) => Int(0),
                ("/", Int(a), Int(b)) => Int(a.wrapping_div(b)),
                ("%", Int(a), Int(b)) => Int(a.wrapping_rem(b)),
                ("minimum", Int(a), Int(b)) => Int(a.min(b)),
                ("+", Float(a), Float(b)) => Float(a + b),
                ("-", Float(a), Float(b)) => Float(a - b),
                ("*", Float(a), Float(b)) => Float(a * b),
                ("/", Float(a), Float(b)) => Float(a / b),
                ("%", Float(a), Float(b)) => Float(a % b),
                ("minimum", Float(a), Float(b)) => Float(if b < a || a.is_nan() { b } else { a }),
                ("+", Value::Complex(a), Value::Complex(b)) => Value::Complex(a + b),
                ("-", Value::Complex(a), Value::Complex(b)) => Value::Complex(a - b),
                ("*", Value::Complex(a), Value::Complex(b)) => Value::Complex(a * b),
                ("/", Value::Complex(a), Value::Complex(b)) => Value::Complex(a / b),
                _ => return None,
            }
        }
    })
}

fn compared<T: PartialOrd>(operation: &str, a: &T, b: &T) -> bool {
    match operation {
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        "==" => a == b,
        _ => a != b,
    }
}
