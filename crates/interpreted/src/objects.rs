//! What lies in the heap: everything that is not a number.

use std::rc::Rc;

use num_bigint::BigInt;

use crate::bytecode::Code;
use crate::names::Symbol;
use crate::value::{BuiltinId, Ref, Value};

pub use crate::list::List;

/// A string. Python counts characters, so it is known how many there are, and whether each is a byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    text: Rc<str>,
    characters: usize,
}

impl Text {
    /// A string of the heap.
    pub fn new(text: impl Into<Rc<str>>) -> Text {
        let text = text.into();
        Text { characters: text.chars().count(), text }
    }

    /// The characters in UTF-8.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The characters in UTF-8, shared.
    pub fn shared(&self) -> Rc<str> {
        self.text.clone()
    }

    /// How many characters there are: Python's `len`.
    pub fn characters(&self) -> usize {
        self.characters
    }

    /// Whether every character is one byte, so that an index is an offset.
    pub fn is_ascii(&self) -> bool {
        self.characters == self.text.len()
    }
}

/// A tuple.
#[derive(Clone, Debug, Default)]
pub struct Tuple(pub Box<[Value]>);

/// A range of integers of at most 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first element, if there is one.
    pub start: i64,
    /// The first number that does not belong to it any more.
    pub stop: i64,
    /// What is added after each element; not 0.
    pub step: i64,
}

impl Range {
    /// How many elements there are.
    pub fn len(self) -> u64 {
        if self.step > 0 && self.start < self.stop {
            (self.stop.wrapping_sub(self.start) as u64 - 1) / self.step as u64 + 1
        } else if self.step < 0 && self.start > self.stop {
            (self.start.wrapping_sub(self.stop) as u64 - 1) / self.step.unsigned_abs() + 1
        } else {
            0
        }
    }

    /// Whether there is no element.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The element with an index below the length.
    pub fn element(self, index: u64) -> i64 {
        self.start.wrapping_add((index as i64).wrapping_mul(self.step))
    }
}

/// `a:b:c` in brackets; what is left out is `Value::None`.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// The first index.
    pub start: Value,
    /// The first index that does not belong to it any more.
    pub stop: Value,
    /// The distance of two indices.
    pub step: Value,
}

/// A function of the program.
#[derive(Clone, Debug)]
pub struct Function {
    /// What it does.
    pub code: Rc<Code>,
    /// The module whose global names it uses.
    pub globals: Ref<Module>,
    /// The values of its last arguments where a call leaves them out; computed once, when `def` is executed.
    pub defaults: Box<[Value]>,
    /// The cells of the variables of outer functions that it uses, in the order of `code.free`.
    pub closure: Box<[Value]>,
    /// How it calls itself in messages: `outer.<locals>.inner`, `Particle.move`.
    pub qualified_name: Rc<str>,
}

/// A function of the program bound to an object.
#[derive(Clone, Copy, Debug)]
pub struct BoundMethod {
    /// The function.
    pub function: Ref<Function>,
    /// Its first argument.
    pub object: Value,
}

/// A method of a built-in type bound to its object.
#[derive(Clone, Copy, Debug)]
pub struct BuiltinMethod {
    /// The method.
    pub function: BuiltinId,
    /// Its first argument.
    pub object: Value,
}

/// What a class is derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing named: `object`.
    Object,
    /// A class of the program.
    Class(Ref<Class>),
    /// A built-in class of exceptions.
    Exception(crate::error::ExceptionKind),
}

/// A class of the program.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name.
    pub name: Rc<str>,
    /// The name with that of the function around it.
    pub qualified_name: Rc<str>,
    /// The name of the module that it was made in.
    pub module: Rc<str>,
    /// What it is derived from.
    pub base: Base,
    /// What its body binds: methods and class attributes, in the order of the body.
    pub attributes: Vec<(Symbol, Value)>,
    /// The names of `__slots__`, where the class has them and so have all that it is derived from.
    pub slots: Option<Box<[Symbol]>>,
    /// The attributes that any object of this class has had so far: the index is the place in [`Instance::attributes`].
    /// Those of the base come first at the moment when the class is made.
    pub layout: Vec<Symbol>,
}

/// An object of a class of the program. Compiled code reads it, so the order of the fields is fixed.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Instance {
    /// Its attributes by the class's layout; unbound where it has none. May be shorter than the layout.
    pub attributes: List,
    /// Its class.
    pub class: Ref<Class>,
}

/// An exception.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Its class: `Value::ExceptionType` or `Value::Class`.
    pub class: Value,
    /// What it was made with: `e.args`.
    pub arguments: Vec<Value>,
    /// What a method of a class of the program has stored in it.
    pub attributes: Vec<(Symbol, Value)>,
    /// The exception after `raise ... from`, or unbound.
    pub cause: Value,
    /// The exception that was being handled when this one was raised, or unbound.
    pub context: Value,
    /// Whether `raise ... from None` hides the context.
    pub suppress_context: bool,
    /// Where it has passed, innermost first.
    pub traceback: Vec<Passed>,
    /// The name that was not found, and where: in the object whose attribute it should be, or among a module's names.
    pub missing: Option<(Symbol, Value)>,
}

/// A line of a traceback.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The code that it passed through.
    pub code: Rc<Code>,
    /// The instruction.
    pub position: u32,
}

impl Exception {
    /// An exception that has not been raised yet.
    pub fn new(class: Value, arguments: Vec<Value>) -> Exception {
        Exception {
            class,
            arguments,
            attributes: Vec::new(),
            cause: Value::Unbound,
            context: Value::Unbound,
            suppress_context: false,
            traceback: Vec::new(),
            missing: None,
        }
    }
}

/// A module: the names that a file has bound, or a built-in one.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name.
    pub name: Rc<str>,
    /// The values of its names. The code of a file's functions knows the places.
    pub values: Vec<Value>,
    /// The name of each place.
    pub names: Vec<Symbol>,
    /// What each name means while it is not bound: the built-in of that name, or unbound.
    pub fallback: Vec<Value>,
}

impl Module {
    /// The place of a name.
    pub fn place(&self, name: Symbol) -> Option<usize> {
        self.names.iter().position(|&known| known == name)
    }

    /// The value that a name is bound to.
    pub fn get(&self, name: Symbol) -> Option<Value> {
        self.place(name).map(|place| self.values[place]).filter(|value| value.is_bound())
    }
}

/// An iterator that a program can name or that needs memory.
#[derive(Clone, Debug)]
pub enum Iterator {
    /// Over a list.
    List(Ref<List>, usize),
    /// Over a list from its end: the index after the element that comes next.
    ReversedList(Ref<List>, usize),
    /// Over a tuple.
    Tuple(Ref<Tuple>, usize),
    /// Over a tuple from its end.
    ReversedTuple(Ref<Tuple>, usize),
    /// Over the characters of a string: the offset in bytes.
    Text(Ref<Text>, usize),
    /// Over the characters of a string from its end: the offset in bytes.
    ReversedText(Ref<Text>, usize),
    /// Over a range: what comes next, and how many are left.
    Range {
        /// The element that comes next.
        next: i64,
        /// The distance of two elements.
        step: i64,
        /// How many are left.
        left: u64,
    },
    /// Over the keys, values or items of a dictionary.
    Dict {
        /// The dictionary.
        dict: Ref<crate::table::Dict>,
        /// What comes out.
        view: View,
        /// The place in the table's order of the next entry.
        next: usize,
        /// The length when the iteration began: a change is an error.
        length: usize,
        /// How many entries are still expected: one more is an error.
        left: usize,
        /// Whether it goes from the end.
        reversed: bool,
    },
    /// Over a set: the place in the table, and the length when the iteration began.
    Set(Ref<crate::table::Set>, usize, usize),
    /// Over an array.
    Array(Ref<Array>, usize),
    /// `enumerate`: the iterator and the next number.
    Enumerate(Value, Value),
    /// `zip`: the iterators, and whether they have to be of equal length.
    Zip(Box<[Value]>, bool),
    /// `dict.keys()` and its kind, which are no iterators but give new ones: kept here because they hold the same things.
    View(Ref<crate::table::Dict>, View),
    /// It has ended, and stays so.
    Done,
}

/// What comes out of a dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Its keys.
    Keys,
    /// Its values.
    Values,
    /// Tuples of key and value.
    Items,
}

/// A generator: a frame that rests.
#[derive(Clone, Debug)]
pub struct Generator {
    /// What it does.
    pub code: Rc<Code>,
    /// The module whose global names it uses.
    pub globals: Ref<Module>,
    /// The instruction at which it goes on; `None` when it has ended.
    pub position: Option<u32>,
    /// Its locals, then its operand stack.
    pub values: Vec<Value>,
    /// Whether it is running now.
    pub running: bool,
}

/// The cell of a variable that an inner function uses too.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cell(pub Value);

/// An array of numbers of one type, as the module `array` makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Python's letter for the type of an element.
    pub letter: char,
    /// The elements.
    pub numbers: Numbers,
}

/// The elements of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// `b h i l q B H I L`: within the limits of the letter's type.
    Integers(Vec<i64>),
    /// `Q`, and `L` where it does not fit above.
    Unsigned(Vec<u64>),
    /// `f`: each is a number of single precision.
    Single(Vec<f32>),
    /// `d`.
    Double(Vec<f64>),
}

/// An integer that needs more than 64 bits.
pub type Big = BigInt;
