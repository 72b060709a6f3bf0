//! The tree of a Python file: what the compiler reads, independent of the parser.
//!
//! Chains lie flat: `a + b - c`, `x.y.z[0]()`, `a < b < c`, `- - x`, `a ** b ** c`, `a and b and c`, `x if a else y if b else z` and
//! `elif` are one node with a `Vec`, however long they are. What is left nests by brackets, functions and blocks, and
//! [`MAXIMUM_DEPTH`] bounds it. So a plain recursive walk and the derived drop need little stack, and a compiler that loops over
//! each `Vec` never recurses deeper than that.

use std::sync::Arc;

use super::file::SourceFile;

pub use super::range::Range;

/// How many nodes of a tree lie within one another at most: one statement or expression counts one, a chain counts one.
pub const MAXIMUM_DEPTH: usize = 1000;

/// The text of a name or of a string. Equal names of a file share one allocation; it is counted atomically because the parser runs
/// on a thread of its own.
pub type Name = Arc<str>;

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Identifier {
    /// Its text.
    pub name: Name,
    /// Where it stands.
    pub range: Range,
}

/// A whole file.
#[derive(Clone, Debug)]
pub struct Module {
    /// The file itself, for errors and listings.
    pub source: Arc<SourceFile>,
    /// Its statements in order.
    pub body: Vec<Statement>,
    /// `from __future__ import annotations` was asked for: no annotation is evaluated.
    pub annotations_postponed: bool,
}

/// A statement and where it stands, its body included.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Where it stands. The first line of it is the line of the statement.
    pub range: Range,
    /// What it is.
    pub kind: StatementKind,
}

/// Every statement of the language.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// An expression whose value is dropped. A documentation string is one too.
    Expression(Expression),
    /// `a = b, c = value`: the value once, then the targets from left to right.
    Assign {
        /// At least one.
        targets: Vec<Target>,
        /// Evaluated first.
        value: Expression,
    },
    /// `target += value`. The target is a name, an attribute or a subscript.
    Augmented {
        /// Read, then written.
        target: Target,
        /// What joins both.
        operator: BinaryOperator,
        /// The right side.
        value: Expression,
    },
    /// `target: annotation = value`. The target is a name, an attribute or a subscript.
    Annotated {
        /// What is annotated.
        target: Target,
        /// Any expression, such as `cython.double[:, :]`.
        annotation: Expression,
        /// Absent in `x: int`, which makes the name local and binds nothing.
        value: Option<Expression>,
    },
    /// `return`, `return value`.
    Return(Option<Expression>),
    /// `if`, every `elif` and `else`.
    If {
        /// The `if` and each `elif` in order, at least one.
        branches: Vec<Branch>,
        /// The `else`, or empty.
        otherwise: Vec<Statement>,
    },
    /// `while test: ... else: ...`
    While {
        /// Tested before each round.
        test: Expression,
        /// What is repeated.
        body: Vec<Statement>,
        /// The `else`, or empty: runs unless `break` ended the loop.
        otherwise: Vec<Statement>,
    },
    /// `for target in iterable: ... else: ...`
    For {
        /// Bound in each round.
        target: Target,
        /// Evaluated once.
        iterable: Expression,
        /// What is repeated.
        body: Vec<Statement>,
        /// The `else`, or empty: runs unless `break` ended the loop.
        otherwise: Vec<Statement>,
    },
    /// `break`, always within a loop.
    Break,
    /// `continue`, always within a loop.
    Continue,
    /// `pass`.
    Pass,
    /// `try` with handlers, `else` and `finally`; handlers or `finally` are not empty.
    Try {
        /// What is tried.
        body: Vec<Statement>,
        /// In order. Only the last may catch everything.
        handlers: Vec<Handler>,
        /// The `else`, or empty.
        otherwise: Vec<Statement>,
        /// The `finally`, or empty.
        finally: Vec<Statement>,
    },
    /// `raise`, `raise exception`, `raise exception from cause`.
    Raise {
        /// Absent: the exception that is being handled.
        exception: Option<Expression>,
        /// Only with an exception.
        cause: Option<Expression>,
    },
    /// `assert test, message`
    Assert {
        /// What has to be true.
        test: Expression,
        /// Evaluated only when it is not.
        message: Option<Expression>,
    },
    /// `del a, b[0], c.d`: none of the targets is starred.
    Delete(Vec<Target>),
    /// `global a, b`
    Global(Vec<Identifier>),
    /// `nonlocal a, b`, always within a function.
    Nonlocal(Vec<Identifier>),
    /// `import a, b as c`
    Import(Vec<Alias>),
    /// `from module import a, b as c`. The module is never `__future__`: such a line is [`StatementKind::Pass`].
    ImportFrom {
        /// With its dots, if any.
        module: Identifier,
        /// At least one.
        names: Vec<Alias>,
    },
    /// `def`
    Function(Box<Function>),
    /// `class`
    Class(Box<Class>),
}

/// One `if` or `elif` with its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// The test and the body.
    pub range: Range,
    /// What is tested.
    pub test: Expression,
    /// What is done when it is true.
    pub body: Vec<Statement>,
}

/// One `except` with its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// The whole clause.
    pub range: Range,
    /// A class or a tuple of classes; absent where everything is caught.
    pub exception: Option<Expression>,
    /// The name behind `as`, which is unbound when the body ends.
    pub name: Option<Identifier>,
    /// What is done.
    pub body: Vec<Statement>,
}

/// What is imported, and under which name.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// The name of the module (with its dots, if any) or of the thing in it.
    pub name: Identifier,
    /// The name behind `as`. Without one `import a.b` binds `a`, and everything else its own name.
    pub bound: Option<Identifier>,
}

/// A function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Identifier,
    /// From top to bottom. Each is `cython.something` or a call of it.
    pub decorators: Vec<Expression>,
    /// Its parameters.
    pub parameters: Parameters,
    /// The annotation behind `->`.
    pub returns: Option<Expression>,
    /// At least one statement.
    pub body: Vec<Statement>,
}

/// A class.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// Its name.
    pub name: Identifier,
    /// From top to bottom. Each is `cython.something` or a call of it.
    pub decorators: Vec<Expression>,
    /// The class it is derived from, if one is written.
    pub base: Option<Expression>,
    /// At least one statement.
    pub body: Vec<Statement>,
}

/// The parameters of a function. No name occurs twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// In order. Once one has a default, all behind it have.
    pub positional: Vec<Parameter>,
    /// `*args`
    pub variadic: Option<Parameter>,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Identifier,
    /// Any expression, such as `cython.double[:, :]`.
    pub annotation: Option<Expression>,
    /// Evaluated once, where the function is defined.
    pub default: Option<Expression>,
}

/// Something that can be bound, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Where it stands.
    pub range: Range,
    /// What it is.
    pub kind: TargetKind,
}

/// Everything that can be bound.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetKind {
    /// `name`
    Name(Name),
    /// `object.name`
    Attribute {
        /// All before the last dot.
        object: Box<Expression>,
        /// The name behind it.
        name: Identifier,
    },
    /// `object[index]`
    Subscript {
        /// All before the last bracket.
        object: Box<Expression>,
        /// As in [`TrailerKind::Subscript`].
        index: Box<Expression>,
    },
    /// `a, b` or `[a, b]`: at most one of them is starred.
    Sequence(Vec<Target>),
    /// `*target`, only within a sequence.
    Starred(Box<Target>),
}

/// An expression and where it stands. Brackets around it are not in its range, unless they are part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// Where it stands.
    pub range: Range,
    /// What it is.
    pub kind: ExpressionKind,
}

/// Every expression of the language.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    /// `None`
    None,
    /// `True` and `False`
    Boolean(bool),
    /// An integer of 64 bits. Never negative.
    Integer(i64),
    /// A larger one in decimal digits. Never negative.
    BigInteger(Box<str>),
    /// A floating-point number. Never negative.
    Float(f64),
    /// The number before the `j`. Never negative.
    Imaginary(f64),
    /// A string: neighbours are joined and escapes are replaced.
    String(Name),
    /// An f-string: neighbours are joined, and neighbouring literal parts too.
    FormattedString(Vec<FormatPart>),
    /// A name that is read.
    Name(Name),
    /// `a, *b`. As an index its elements may be [`ExpressionKind::Slice`].
    Tuple(Vec<Expression>),
    /// `[a, *b]`
    List(Vec<Expression>),
    /// `{a, *b}`, never empty.
    Set(Vec<Expression>),
    /// `{key: value}`
    Dictionary(Vec<(Expression, Expression)>),
    /// `*iterable`: only as an element of a tuple, list or set, and as a positional argument.
    Starred(Box<Expression>),
    /// `lower:upper:step`: only as an index, and as an element of a tuple that is an index.
    Slice {
        /// Absent: from the start.
        lower: Option<Box<Expression>>,
        /// Absent: up to the end.
        upper: Option<Box<Expression>>,
        /// Absent: one.
        step: Option<Box<Expression>>,
    },
    /// `- ~ not x`: the last is applied first.
    Unary {
        /// As written, at least one. The range of each goes up to the end of the operand.
        operators: Vec<(UnaryOperator, Range)>,
        /// Never itself unary.
        operand: Box<Expression>,
    },
    /// `first + second - third`: from left to right, whatever the operators are; `a + b * c` has one term, whose `right` is
    /// `b * c`. `**` is [`ExpressionKind::Power`] instead.
    Binary {
        /// Never itself binary.
        first: Box<Expression>,
        /// At least one.
        rest: Vec<BinaryTerm>,
    },
    /// `a ** b ** c`: evaluated from left to right, joined from right to left.
    Power(Vec<Expression>),
    /// `first < second <= third`: each value once, ends at the first comparison that is false.
    Compare {
        /// The leftmost.
        first: Box<Expression>,
        /// At least one.
        rest: Vec<(Comparison, Expression)>,
    },
    /// `a and b and c`, at least two.
    And(Vec<Expression>),
    /// `a or b or c`, at least two.
    Or(Vec<Expression>),
    /// `value if test else value if test else otherwise`
    Conditional {
        /// (test, value) in the order of the text, at least one. The test is evaluated first, the value only when it is true.
        branches: Vec<(Expression, Expression)>,
        /// Behind the last `else`; never itself conditional.
        otherwise: Box<Expression>,
    },
    /// `lambda parameters: body`. No parameter is annotated.
    Lambda {
        /// Its parameters.
        parameters: Box<Parameters>,
        /// What it gives.
        body: Box<Expression>,
    },
    /// `[element for ...]`
    ListComprehension {
        /// Evaluated in the innermost round.
        element: Box<Expression>,
        /// At least one.
        clauses: Vec<Clause>,
    },
    /// `{element for ...}`
    SetComprehension {
        /// Evaluated in the innermost round.
        element: Box<Expression>,
        /// At least one.
        clauses: Vec<Clause>,
    },
    /// `{key: value for ...}`
    DictionaryComprehension {
        /// Evaluated in the innermost round, before the value.
        key: Box<Expression>,
        /// Evaluated after the key.
        value: Box<Expression>,
        /// At least one.
        clauses: Vec<Clause>,
    },
    /// `(element for ...)`
    Generator {
        /// Evaluated in the innermost round.
        element: Box<Expression>,
        /// At least one.
        clauses: Vec<Clause>,
    },
    /// `base.name[index](argument)`: applied from left to right.
    Trailers {
        /// Never itself with trailers.
        base: Box<Expression>,
        /// At least one.
        rest: Vec<Trailer>,
    },
}

/// `operator right` in a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct BinaryTerm {
    /// What joins all before with the right side.
    pub operator: BinaryOperator,
    /// The right side. Never itself a chain of operators that bind as loosely, unless it was in brackets.
    pub right: Expression,
    /// From the start of the chain to the end of the right side.
    pub range: Range,
}

/// What follows a value: an attribute, a subscript or a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Trailer {
    /// From the start of the base to the end of this trailer.
    pub range: Range,
    /// What it is.
    pub kind: TrailerKind,
}

/// What can follow a value.
#[derive(Clone, Debug, PartialEq)]
pub enum TrailerKind {
    /// `.name`
    Attribute(Identifier),
    /// `[index]`: an expression, an [`ExpressionKind::Slice`], or a tuple with such in it.
    Subscript(Box<Expression>),
    /// `(a, *b, c=d)`
    Call(Arguments),
}

/// The arguments of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// In order, starred ones too.
    pub positional: Vec<Expression>,
    /// `name=value` in order. No name occurs twice.
    pub keywords: Vec<(Identifier, Expression)>,
}

/// `for target in iterable if condition if condition`
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Bound in each round.
    pub target: Target,
    /// Of the first clause it is evaluated outside of the comprehension.
    pub iterable: Expression,
    /// All have to be true.
    pub conditions: Vec<Expression>,
}

/// A part of an f-string.
#[derive(Clone, Debug, PartialEq)]
pub enum FormatPart {
    /// Text.
    Literal(Name),
    /// `{expression!r:specification}`. What `{x=}` writes before the value is a literal before this part.
    Value {
        /// What is formatted.
        expression: Expression,
        /// `!s`, `!r` or `!a`; `{x=}` alone has `!r`.
        conversion: Option<Conversion>,
        /// Joined they are the format specification. Empty: none.
        specification: Vec<FormatPart>,
    },
}

/// What is done to a value before it is formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// `!s`
    Str,
    /// `!r`
    Repr,
    /// `!a`
    Ascii,
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `~`
    Invert,
    /// `not`
    Not,
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `//`
    FloorDivide,
    /// `%`
    Remainder,
    /// `**`: in an augmented assignment only, elsewhere it is [`ExpressionKind::Power`].
    Power,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    ExclusiveOr,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `in`
    In,
    /// `not in`
    NotIn,
}
