//! Values: what a name of the program may be bound to, in 24 bytes that are copied.
//!
//! Numbers lie in the value itself, so arithmetic allocates nothing. All else lies in the heap, and the value holds its place there.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use num_bigint::BigInt;

use crate::error::ExceptionKind;
use crate::objects::{
    Array, BoundMethod, BuiltinMethod, Cell, Class, Exception, Function, Generator, Instance, Iterator, List, Module,
    Range, Slice, Text, Tuple,
};
use crate::table::{Dict, Set};

/// A value of the program. The layout is fixed (`repr(u8)`: the tag is the first byte, a number's payload begins at byte 8),
/// because compiled code reads and writes values too.
#[derive(Clone, Copy, Debug, Default)]
#[repr(u8)]
pub enum Value {
    /// No value: a name that is not bound, a slot that is empty. A program never sees it.
    #[default]
    Unbound = 0,
    /// `None`.
    None = 1,
    /// `False` or `True`.
    Bool(bool) = 2,
    /// An integer of at most 64 bits. Larger ones are [`Value::Big`], and never the other way round.
    Int(i64) = 3,
    /// A floating-point number.
    Float(f64) = 4,
    /// A complex number: real part, imaginary part.
    Complex(f64, f64) = 5,
    /// The iterator of a `for` loop over a range whose numbers fit; on the operand stack only.
    RangeIterator {
        /// What is added after each element; not 0.
        step: i32,
        /// The element that comes next.
        next: i64,
        /// The first element that does not come any more.
        stop: i64,
    } = 6,
    /// The iterator of a `for` loop over a list; on the operand stack only.
    ListIterator {
        /// The list, which may grow and shrink meanwhile.
        list: Ref<List>,
        /// The index of the element that comes next.
        next: u64,
    } = 7,
    /// An integer that needs more than 64 bits.
    Big(Ref<BigInt>) = 8,
    /// A string.
    Str(Ref<Text>) = 9,
    /// A list.
    List(Ref<List>) = 10,
    /// A tuple.
    Tuple(Ref<Tuple>) = 11,
    /// A dictionary.
    Dict(Ref<Dict>) = 12,
    /// A set.
    Set(Ref<Set>) = 13,
    /// A range.
    Range(Ref<Range>) = 14,
    /// A slice `a:b:c` as an index.
    Slice(Ref<Slice>) = 15,
    /// A function of the program.
    Function(Ref<Function>) = 16,
    /// A built-in function or a function of a built-in module.
    Builtin(BuiltinId) = 17,
    /// A function of the program bound to an object: `particle.move`.
    BoundMethod(Ref<BoundMethod>) = 18,
    /// A method of a built-in type bound to its object: `items.append`.
    BuiltinMethod(Ref<BuiltinMethod>) = 19,
    /// A built-in type: `int`, `list`.
    Type(Type) = 20,
    /// A class of the program.
    Class(Ref<Class>) = 21,
    /// An object of a class of the program.
    Instance(Ref<Instance>) = 22,
    /// A built-in class of exceptions.
    ExceptionType(ExceptionKind) = 23,
    /// An exception.
    Exception(Ref<Exception>) = 24,
    /// A module.
    Module(Ref<Module>) = 25,
    /// An iterator that a program can name: `enumerate(items)`.
    Iterator(Ref<Iterator>) = 26,
    /// A generator.
    Generator(Ref<Generator>) = 27,
    /// The cell of a variable that an inner function uses too; never seen by a program.
    Cell(Ref<Cell>) = 28,
    /// An array of numbers of one type.
    Array(Ref<Array>) = 29,
    /// A point in time: microseconds since 1970-01-01, local time.
    DateTime(i64) = 30,
    /// A difference of two points in time, in microseconds.
    TimeDelta(i64) = 31,
    /// A type of the module `cython`, which tells the compiler something and the interpreter nothing.
    CythonType(u16) = 32,
}

/// A built-in function, by its number in the table of built-in functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltinId(pub u16);

/// A built-in type that a program can name, call and ask for with `isinstance`; or that only has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is the type of the name that `Type::name` gives")]
pub enum Type {
    Object,
    NoneType,
    Bool,
    Int,
    Float,
    Complex,
    Str,
    List,
    Tuple,
    Dict,
    Set,
    Range,
    Slice,
    Enumerate,
    Zip,
    Reversed,
    Function,
    BuiltinFunction,
    Method,
    Type,
    Module,
    Generator,
    Cell,
    Array,
    DateTime,
    TimeDelta,
    Iterator,
    DictKeys,
    DictValues,
    DictItems,
}

impl Type {
    /// The name as Python prints it.
    pub fn name(self) -> &'static str {
        match self {
            Type::Object => "object",
            Type::NoneType => "NoneType",
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Float => "float",
            Type::Complex => "complex",
            Type::Str => "str",
            Type::List => "list",
            Type::Tuple => "tuple",
            Type::Dict => "dict",
            Type::Set => "set",
            Type::Range => "range",
            Type::Slice => "slice",
            Type::Enumerate => "enumerate",
            Type::Zip => "zip",
            Type::Reversed => "reversed",
            Type::Function => "function",
            Type::BuiltinFunction => "builtin_function_or_method",
            Type::Method => "method",
            Type::Type => "type",
            Type::Module => "module",
            Type::Generator => "generator",
            Type::Cell => "cell",
            Type::Array => "array.array",
            Type::DateTime => "datetime.datetime",
            Type::TimeDelta => "datetime.timedelta",
            Type::Iterator => "iterator",
            Type::DictKeys => "dict_keys",
            Type::DictValues => "dict_values",
            Type::DictItems => "dict_items",
        }
    }
}

/// The place of an object in the heap: its number among the objects of its kind.
///
/// It stays valid as long as the object can be reached from a root at every collection.
#[repr(transparent)]
pub struct Ref<T> {
    index: u32,
    kind: PhantomData<fn() -> T>,
}

impl<T> Ref<T> {
    /// The object with this number. Only the heap and compiled code make one.
    pub(crate) fn new(index: u32) -> Ref<T> {
        Ref { index, kind: PhantomData }
    }

    /// The number.
    pub fn index(self) -> usize {
        self.index as usize
    }
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Ref<T> {
        *self
    }
}

impl<T> Copy for Ref<T> {}

impl<T> PartialEq for Ref<T> {
    fn eq(&self, other: &Ref<T>) -> bool {
        self.index == other.index
    }
}

impl<T> Eq for Ref<T> {}

impl<T> Hash for Ref<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}

impl<T> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.index)
    }
}

impl Value {
    /// The tag: the first byte of the value, which compiled code compares.
    pub fn tag(self) -> u8 {
        match self {
            Value::Unbound => 0,
            Value::None => 1,
            Value::Bool(_) => 2,
            Value::Int(_) => 3,
            Value::Float(_) => 4,
            Value::Complex(..) => 5,
            Value::RangeIterator { .. } => 6,
            Value::ListIterator { .. } => 7,
            Value::Big(_) => 8,
            Value::Str(_) => 9,
            Value::List(_) => 10,
            Value::Tuple(_) => 11,
            Value::Dict(_) => 12,
            Value::Set(_) => 13,
            Value::Range(_) => 14,
            Value::Slice(_) => 15,
            Value::Function(_) => 16,
            Value::Builtin(_) => 17,
            Value::BoundMethod(_) => 18,
            Value::BuiltinMethod(_) => 19,
            Value::Type(_) => 20,
            Value::Class(_) => 21,
            Value::Instance(_) => 22,
            Value::ExceptionType(_) => 23,
            Value::Exception(_) => 24,
            Value::Module(_) => 25,
            Value::Iterator(_) => 26,
            Value::Generator(_) => 27,
            Value::Cell(_) => 28,
            Value::Array(_) => 29,
            Value::DateTime(_) => 30,
            Value::TimeDelta(_) => 31,
            Value::CythonType(_) => 32,
        }
    }

    /// Whether there is a value at all.
    pub fn is_bound(self) -> bool {
        !matches!(self, Value::Unbound)
    }

    /// Whether both are the same built-in function.
    #[inline]
    pub(crate) fn is_same_function(self, other: Value) -> bool {
        matches!((self, other), (Value::Builtin(a), Value::Builtin(b)) if a == b)
    }

    /// Whether `a is b` in Python. Numbers of equal type and bits are the same object here; CPython does not promise it.
    pub fn is_same(self, other: Value) -> bool {
        match (self, other) {
            (Value::None, Value::None) | (Value::Unbound, Value::Unbound) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Complex(a, b), Value::Complex(c, d)) => a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits(),
            (Value::Big(a), Value::Big(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Tuple(a), Value::Tuple(b)) => a == b,
            (Value::Dict(a), Value::Dict(b)) => a == b,
            (Value::Set(a), Value::Set(b)) => a == b,
            (Value::Range(a), Value::Range(b)) => a == b,
            (Value::Slice(a), Value::Slice(b)) => a == b,
            (Value::Function(a), Value::Function(b)) => a == b,
            (Value::Builtin(a), Value::Builtin(b)) => a == b,
            (Value::BoundMethod(a), Value::BoundMethod(b)) => a == b,
            (Value::BuiltinMethod(a), Value::BuiltinMethod(b)) => a == b,
            (Value::Type(a), Value::Type(b)) => a == b,
            (Value::Class(a), Value::Class(b)) => a == b,
            (Value::Instance(a), Value::Instance(b)) => a == b,
            (Value::ExceptionType(a), Value::ExceptionType(b)) => a == b,
            (Value::Exception(a), Value::Exception(b)) => a == b,
            (Value::Module(a), Value::Module(b)) => a == b,
            (Value::Iterator(a), Value::Iterator(b)) => a == b,
            (Value::Generator(a), Value::Generator(b)) => a == b,
            (Value::Cell(a), Value::Cell(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => a == b,
            (Value::DateTime(a), Value::DateTime(b)) | (Value::TimeDelta(a), Value::TimeDelta(b)) => a == b,
            (Value::CythonType(a), Value::CythonType(b)) => a == b,
            _ => false,
        }
    }
}
