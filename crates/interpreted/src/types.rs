//! Types: what the compiler assumes about values, and where it has that from.
//!
//! The compiler itself does not know who told it: types that were seen while the program ran, that its author has written, or that
//! follow from the whole program, each is another [`TypeSource`].

use crate::objects::Class;
use crate::value::{Ref, Value};

mod observed;

pub use observed::{Observed, Seen};

/// What is known of a value. Compiled code tests what is assumed of a value that comes from outside of it.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// Nothing has come by here yet: code that has not been executed.
    Never,
    /// `None`.
    None,
    /// `False` or `True`.
    Bool,
    /// An integer of at most 64 bits.
    Int,
    /// A floating-point number.
    Float,
    /// A complex number.
    Complex,
    /// A list.
    List,
    /// The iterator of a loop over a range with this step, which is not 0.
    RangeIterator(i32),
    /// The iterator of a loop over a list.
    ListIterator,
    /// An object of this class.
    Instance(Ref<Class>),
    /// This very value: a function, a module, a literal.
    Constant(Value),
    /// Any value, of which nothing is known.
    Unknown,
}

impl PartialEq for Type {
    fn eq(&self, other: &Type) -> bool {
        match (*self, *other) {
            (Type::RangeIterator(a), Type::RangeIterator(b)) => a == b,
            (Type::Instance(a), Type::Instance(b)) => a == b,
            (Type::Constant(a), Type::Constant(b)) => a.is_same(b),
            (a, b) => std::mem::discriminant(&a) == std::mem::discriminant(&b),
        }
    }
}

impl Type {
    /// The type without the knowledge which value it is, where such a type exists.
    #[must_use]
    pub fn widened(self) -> Type {
        match self {
            Type::Constant(Value::None) => Type::None,
            Type::Constant(Value::Bool(_)) => Type::Bool,
            Type::Constant(Value::Int(_)) => Type::Int,
            Type::Constant(Value::Float(_)) => Type::Float,
            Type::Constant(Value::Complex(..)) => Type::Complex,
            Type::Constant(Value::List(_)) => Type::List,
            other => other,
        }
    }

    /// What is known of a value of which either this or the other type holds.
    #[must_use]
    pub fn join(self, other: Type) -> Type {
        match (self, other) {
            (Type::Never, known) | (known, Type::Never) => known,
            (a, b) if a == b => a,
            (a, b) if a.widened() == b.widened() => a.widened(),
            _ => Type::Unknown,
        }
    }

    /// As a person reads it.
    pub fn describe(self) -> &'static str {
        match self.widened() {
            Type::Never => "never seen",
            Type::None => "None",
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Float => "float",
            Type::Complex => "complex",
            Type::List => "list",
            Type::RangeIterator(_) => "range iterator",
            Type::ListIterator => "list iterator",
            Type::Instance(_) => "object",
            Type::Constant(_) => "constant",
            Type::Unknown => "any",
        }
    }
}

/// Where the compiler has its types from. Positions are those of the instructions of the code that is compiled.
pub trait TypeSource {
    /// The type of a slot when the head of the loop is reached.
    fn entry(&self, head: u32, slot: u32) -> Type;

    /// The type of the operand at a depth when the head of the loop is reached; 0 is the lowest.
    fn operand(&self, head: u32, depth: u32) -> Type;

    /// The type of what the instruction puts on the stack, topmost; for `LoadMethod`, of the callable.
    fn result(&self, position: u32) -> Type;
}
