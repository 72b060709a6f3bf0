//! Instructions: what a function of the program is translated to, as CPython does it.
//!
//! The machine has a stack of operands. The comment of each instruction says what it takes from the stack and what it puts there
//! instead, the topmost last: `a b -> c`. A frame's slots (locals, then captured variables) lie below its operands in the same row
//! of values.

use std::rc::Rc;
use std::sync::Arc;

use crate::names::Symbol;
use crate::source::SourceFile;
use crate::value::Value;

/// An operator of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
#[repr(u8)]
pub enum UnaryOperator {
    Negative,
    Positive,
    Invert,
}

/// An operator of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
#[repr(u8)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    TrueDivide,
    FloorDivide,
    Modulo,
    Power,
    LeftShift,
    RightShift,
    And,
    Or,
    Xor,
}

impl BinaryOperator {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::TrueDivide => "/",
            BinaryOperator::FloorDivide => "//",
            BinaryOperator::Modulo => "%",
            BinaryOperator::Power => "**",
            BinaryOperator::LeftShift => "<<",
            BinaryOperator::RightShift => ">>",
            BinaryOperator::And => "&",
            BinaryOperator::Or => "|",
            BinaryOperator::Xor => "^",
        }
    }
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
#[repr(u8)]
pub enum Comparison {
    Less,
    LessEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
}

impl Comparison {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::LessEqual => "<=",
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Greater => ">",
            Comparison::GreaterEqual => ">=",
        }
    }
}

/// How a value is made a string in an f-string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
#[repr(u8)]
pub enum Conversion {
    None,
    Str,
    Repr,
    Ascii,
}

/// An instruction. `u32` operands are numbers of slots, constants, names or instructions, as the field's name says.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
pub enum Instruction {
    /// `-> value`: a constant.
    LoadConst(u32),
    /// `-> value`: a local; `UnboundLocalError` when it has none.
    LoadFast(u32),
    /// `value ->`
    StoreFast(u32),
    /// Takes a local's value away; `UnboundLocalError` when it has none.
    DeleteFast(u32),
    /// Puts a fresh cell into the slot, with the value that the slot has had (a captured argument).
    MakeCell(u32),
    /// `-> cell`: the cell in the slot, for a function that captures it.
    LoadClosure(u32),
    /// `-> value`: of the cell in the slot; `UnboundLocalError` for an own variable, `NameError` ("cannot access free variable 'x'
    /// where it is not associated with a value in enclosing scope") for a captured one.
    LoadDeref(u32),
    /// `value ->`
    StoreDeref(u32),
    /// Takes the value of the cell away.
    DeleteDeref(u32),
    /// `-> value`: the name at that place of the module, else the built-in of that name, else `NameError`.
    LoadGlobal {
        /// The place in [`crate::objects::Module::values`].
        place: u32,
    },
    /// `value ->`
    StoreGlobal {
        /// The place in the module.
        place: u32,
    },
    /// Takes the value of a global name away; `NameError` when it has none.
    DeleteGlobal {
        /// The place in the module.
        place: u32,
    },
    /// `-> value`: in the body of a class: the slot if it is bound, else the global name.
    LoadName {
        /// The slot.
        slot: u32,
        /// The place in the module.
        place: u32,
    },

    /// `value ->`
    PopTop,
    /// `... -> ... value`: the value at this depth once more; 1 is the topmost.
    Copy(u32),
    /// Exchanges the topmost value with the one at this depth; 2 is the one below the topmost.
    Swap(u32),

    /// `value -> result`
    Unary(UnaryOperator),
    /// `value -> bool`
    Not,
    /// `left right -> result`
    Add,
    /// `left right -> result`
    Subtract,
    /// `left right -> result`
    Multiply,
    /// `left right -> result`: the operators that have no instruction of their own.
    Binary(BinaryOperator),
    /// `left right -> result`: augmented assignment: a list is extended in place, a set changed in place.
    InPlace(BinaryOperator),
    /// `left right -> bool`
    Compare(Comparison),
    /// `left right -> bool`: `is` or, when true, `is not`.
    Is(bool),
    /// `item container -> bool`: `in` or, when true, `not in`.
    Contains(bool),

    /// `container index -> value`
    Subscript,
    /// `value container index ->`
    StoreSubscript,
    /// `container index ->`
    DeleteSubscript,
    /// `start stop -> slice`, with 3: `start stop step -> slice`
    BuildSlice(u32),

    /// `object -> value`
    LoadAttribute {
        /// The name.
        name: Symbol,
        /// The number of the cache, one for each instruction of the code that has one.
        cache: u32,
    },
    /// `value object ->`
    StoreAttribute {
        /// The name.
        name: Symbol,
        /// The number of the cache.
        cache: u32,
    },
    /// `object ->`
    DeleteAttribute(Symbol),
    /// `object -> callable self`: what will be called, and its first argument; unbound where it has none.
    LoadMethod {
        /// The name.
        name: Symbol,
        /// The number of the cache.
        cache: u32,
    },

    /// Goes on at an instruction further down.
    Jump(u32),
    /// Goes on at an instruction further up: the end of a loop. Here Ctrl-C is seen, iterations are counted, compiled code is entered.
    JumpBackward(u32),
    /// `value ->`
    PopJumpIfFalse(u32),
    /// `value ->`
    PopJumpIfTrue(u32),
    /// `value -> value` when it jumps, else `value ->`: `and`.
    JumpIfFalseOrPop(u32),
    /// `value -> value` when it jumps, else `value ->`: `or`.
    JumpIfTrueOrPop(u32),

    /// `iterable -> iterator`
    GetIterator,
    /// `iterator -> iterator element`, or `iterator ->` and a jump when there is none left.
    ForIterator(u32),

    /// `items... -> list`
    BuildList(u32),
    /// `items... -> tuple`
    BuildTuple(u32),
    /// `items... -> set`
    BuildSet(u32),
    /// `tuple -> set`: of a display of at least three constants, in the order in which CPython has them then.
    ConstantSet,
    /// `key value ... -> dict`, as many pairs as the operand says.
    BuildDict(u32),
    /// `strings... -> string`
    BuildString(u32),
    /// `value -> string`, or, when `spec`, `value spec -> string`.
    FormatValue {
        /// What is done before.
        conversion: Conversion,
        /// Whether a format specification lies on the stack.
        spec: bool,
    },
    /// `value ->`: appends to the list at this depth (1 is the topmost after the value is gone).
    ListAppend(u32),
    /// `value ->`: adds to the set at this depth.
    SetAdd(u32),
    /// `key value ->`: stores in the dictionary at this depth.
    DictAdd(u32),
    /// `iterable ->`: extends the list at this depth (`*items` in a display or a call).
    ListExtend(u32),
    /// `iterable ->`: extends the set at this depth.
    SetExtend(u32),
    /// `list -> tuple`
    ListToTuple,
    /// `iterable -> items...`, the first topmost; exactly so many.
    UnpackSequence(u32),
    /// `iterable -> items...`, the first topmost: so many, a list of what is between, so many.
    UnpackExtended {
        /// Names before the star.
        before: u16,
        /// Names after it.
        after: u16,
    },

    /// `callable arguments... -> result`. The last of the arguments have the names in the constant (a tuple of strings in
    /// [`Code::keywords`]), when there is one.
    Call {
        /// How many arguments, named ones included.
        arguments: u32,
        /// 0 or 1 more than the index into [`Code::keywords`].
        keywords: u32,
    },
    /// `callable self arguments... -> result`: after `LoadMethod`. `self` counts as the first argument unless it is unbound.
    CallMethod {
        /// How many arguments without `self`, named ones included.
        arguments: u32,
        /// 0 or 1 more than the index into [`Code::keywords`].
        keywords: u32,
    },
    /// `callable items named... -> result`: a call with `*items`, which is a list or the only starred argument itself.
    CallStar {
        /// 0 or 1 more than the index into [`Code::keywords`].
        keywords: u32,
    },
    /// `defaults... cells... -> function`: `def` and `lambda`.
    MakeFunction {
        /// The index into [`Code::functions`].
        code: u32,
        /// How many defaults.
        defaults: u16,
        /// How many cells.
        cells: u16,
    },
    /// `base? cells... -> class`: runs the body of a class, which ends with `EndClass`.
    MakeClass {
        /// The index into [`Code::functions`].
        code: u32,
        /// Whether a base lies on the stack.
        base: bool,
        /// How many cells.
        cells: u16,
    },
    /// Ends the body of a class: makes the class of what its slots are bound to. The base, or unbound, is in slot 0 (named `.base`).
    EndClass,
    /// `value ->`: ends the function.
    Return,
    /// The first instruction of a generator expression's code: makes the generator of the frame and returns it.
    MakeGenerator,
    /// `value ->`: the generator's next element; it goes on with the next instruction.
    Yield,

    /// Raises: 0 what is being handled; 1 `exception ->`; 2 `exception cause ->`.
    Raise(u32),
    /// `exception -> earlier exception`: it is being handled from here on; the one that was before is kept.
    PushHandled,
    /// `earlier ->`: the one before is being handled again.
    PopHandled,
    /// `exception class -> exception bool`: whether it is of the class or of one of a tuple of classes.
    MatchException,
    /// `exception ->`: raises it again, its traceback unchanged.
    Reraise,
    /// `-> class`: a built-in class of exceptions, whatever the name is bound to (`assert`).
    LoadAssertionError,

    /// `-> module`
    ImportModule(Symbol),
    /// `module -> module value`
    ImportFrom(Symbol),
    /// Does nothing; stands where a statement needs a place (`pass`).
    Nop,

    // Several instructions that often follow each other, done as one. The machine makes them for itself; they are never part of
    // [`Code::instructions`]. Where something is not as usual, the machine does the first of them alone.
    /// `LoadFast`, `LoadFast`.
    FusedLoadPair(u16, u16),
    /// `LoadFast`, `LoadFast`, `Subscript`.
    FusedElement(u16, u16),
    /// `LoadFast`, `LoadFast`, `StoreSubscript`.
    FusedStoreElement(u16, u16),
    /// `LoadFast`, then `Add`, `Subtract` or `Multiply`.
    FusedOperate(BinaryOperator, u16),
    /// `LoadFast`, `LoadFast`, `Multiply`.
    FusedProduct(u16, u16),
    /// `StoreFast`, `LoadFast`.
    FusedStoreLoad(u16, u16),
    /// `Compare`, then `PopJumpIfFalse` or, when true, `PopJumpIfTrue`.
    FusedCompareJump(Comparison, bool, u32),
    /// `ForIterator`, `StoreFast`.
    FusedForStore(u16, u32),
}

/// From where to where an exception goes to a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The first instruction.
    pub start: u32,
    /// The first instruction that does not belong to it any more.
    pub end: u32,
    /// Where the handler begins. The exception lies on the stack then.
    pub target: u32,
    /// How many operands stay below the exception.
    pub depth: u32,
}

/// What kind of block the code is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Module,
    /// A function or lambda.
    Function,
    /// The body of a class.
    Class,
    /// A comprehension: a function with one argument, the iterator `.0`.
    Comprehension,
    /// A generator expression: the same, and it begins with `MakeGenerator`.
    Generator,
}

/// Part of the source's text: offsets in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The first byte that does not belong to it any more.
    pub end: u32,
}

/// A function, a file, the body of a class or a comprehension, translated.
#[derive(Debug)]
pub struct Code {
    /// What it is of.
    pub kind: Kind,
    /// Its name: `evolve`, `<module>`, `<lambda>`, `<listcomp>`, `<genexpr>`.
    pub name: Rc<str>,
    /// The name with those around it.
    pub qualified_name: Rc<str>,
    /// The file.
    pub file: Arc<SourceFile>,
    /// The line of `def`, 1 for a file.
    pub first_line: u32,
    /// How many arguments it has, without a starred one. They are the first slots.
    pub arguments: u32,
    /// Whether a slot after the arguments takes the rest as a tuple.
    pub star: bool,
    /// The names of the slots: arguments, other locals, captured variables.
    pub slots: Vec<Symbol>,
    /// How many of the slots, the last ones, are captured from outer functions: their cells come from the function's closure.
    pub free: u32,
    /// The constants.
    pub constants: Vec<Value>,
    /// The names of named arguments of calls.
    pub keywords: Vec<Box<[Symbol]>>,
    /// The code of functions, classes and comprehensions inside.
    pub functions: Vec<Rc<Code>>,
    /// The instructions.
    pub instructions: Vec<Instruction>,
    /// The text that each instruction belongs to.
    pub spans: Vec<Span>,
    /// The line of each instruction; 0 where it belongs to none, as the end of a loop that is reached from several lines. A line is hit
    /// when execution enters an instruction of another line than the last hit, or jumps backward to it; 0 is never hit.
    pub lines: Vec<u32>,
    /// Where exceptions go, in the order of the instructions. None overlaps another.
    pub handlers: Vec<Handler>,
    /// How many operands there are at most.
    pub depth: u32,
    /// How many caches its instructions have.
    pub caches: u32,
    /// Its number: its place in the machine's list of codes.
    pub number: u32,
}

impl Code {
    /// The line to be shown for an instruction: its own, or that of the nearest one before it that has one.
    pub fn line(&self, position: u32) -> u32 {
        let before = self.lines[..=position as usize].iter().rev();
        before.copied().find(|&line| line != 0).unwrap_or(self.first_line)
    }
}
