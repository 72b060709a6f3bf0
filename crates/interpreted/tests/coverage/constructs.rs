//! The constructs of the language, by name: the variants of the tree's types, and what they have in them.

use interpreted::source::tree::{
    BinaryOperator, Comparison, Conversion, ExpressionKind, StatementKind, TargetKind, TrailerKind, UnaryOperator,
};

/// Names the variants of a type. Each has to be named, so a variant that is added to the tree is missing here at once.
macro_rules! named {
    ($function:ident, $names:ident, $kind:ty, $($pattern:pat => $name:literal),* $(,)?) => {
        pub(crate) const $names: &[&str] = &[$($name),*];

        pub(crate) fn $function(kind: &$kind) -> &'static str {
            match kind {
                $($pattern => $name),*
            }
        }
    };
}

named!(statement, STATEMENTS, StatementKind,
    StatementKind::Expression(_) => "expression as a statement",
    StatementKind::Assign { .. } => "assignment",
    StatementKind::Augmented { .. } => "augmented assignment",
    StatementKind::Annotated { .. } => "annotated assignment",
    StatementKind::Return(_) => "return",
    StatementKind::If { .. } => "if",
    StatementKind::While { .. } => "while",
    StatementKind::For { .. } => "for",
    StatementKind::Break => "break",
    StatementKind::Continue => "continue",
    StatementKind::Pass => "pass",
    StatementKind::Try { .. } => "try",
    StatementKind::Raise { .. } => "raise",
    StatementKind::Assert { .. } => "assert",
    StatementKind::Delete(_) => "del",
    StatementKind::Global(_) => "global",
    StatementKind::Nonlocal(_) => "nonlocal",
    StatementKind::Import(_) => "import",
    StatementKind::ImportFrom { .. } => "from import",
    StatementKind::Function(_) => "def",
    StatementKind::Class(_) => "class",
);

named!(expression, EXPRESSIONS, ExpressionKind,
    ExpressionKind::None => "None",
    ExpressionKind::Boolean(false) => "False",
    ExpressionKind::Boolean(true) => "True",
    ExpressionKind::Integer(_) => "integer",
    ExpressionKind::BigInteger(_) => "integer beyond 64 bits",
    ExpressionKind::Float(_) => "floating-point number",
    ExpressionKind::Imaginary(_) => "imaginary number",
    ExpressionKind::String(_) => "string",
    ExpressionKind::FormattedString(_) => "f-string",
    ExpressionKind::Name(_) => "name",
    ExpressionKind::Tuple(_) => "tuple",
    ExpressionKind::List(_) => "list",
    ExpressionKind::Set(_) => "set",
    ExpressionKind::Dictionary(_) => "dictionary",
    ExpressionKind::Starred(_) => "starred expression",
    ExpressionKind::Slice { .. } => "slice",
    ExpressionKind::Unary { .. } => "unary operator",
    ExpressionKind::Binary { .. } => "binary operator",
    ExpressionKind::Power(_) => "power",
    ExpressionKind::Compare { .. } => "comparison",
    ExpressionKind::And(_) => "and",
    ExpressionKind::Or(_) => "or",
    ExpressionKind::Conditional { .. } => "conditional expression",
    ExpressionKind::Lambda { .. } => "lambda",
    ExpressionKind::ListComprehension { .. } => "list comprehension",
    ExpressionKind::SetComprehension { .. } => "set comprehension",
    ExpressionKind::DictionaryComprehension { .. } => "dictionary comprehension",
    ExpressionKind::Generator { .. } => "generator expression",
    ExpressionKind::Trailers { .. } => "trailers",
);

named!(trailer, TRAILERS, TrailerKind,
    TrailerKind::Attribute(_) => "attribute",
    TrailerKind::Subscript(_) => "subscript",
    TrailerKind::Call(_) => "call",
);

named!(target, TARGETS, TargetKind,
    TargetKind::Name(_) => "name as a target",
    TargetKind::Attribute { .. } => "attribute as a target",
    TargetKind::Subscript { .. } => "subscript as a target",
    TargetKind::Sequence(_) => "sequence as a target",
    TargetKind::Starred(_) => "starred target",
);

named!(unary, UNARY, UnaryOperator,
    UnaryOperator::Plus => "unary +",
    UnaryOperator::Minus => "unary -",
    UnaryOperator::Invert => "unary ~",
    UnaryOperator::Not => "not",
);

named!(augmented, AUGMENTED, BinaryOperator,
    BinaryOperator::Add => "+=",
    BinaryOperator::Subtract => "-=",
    BinaryOperator::Multiply => "*=",
    BinaryOperator::Divide => "/=",
    BinaryOperator::FloorDivide => "//=",
    BinaryOperator::Remainder => "%=",
    BinaryOperator::Power => "**=",
    BinaryOperator::ShiftLeft => "<<=",
    BinaryOperator::ShiftRight => ">>=",
    BinaryOperator::And => "&=",
    BinaryOperator::Or => "|=",
    BinaryOperator::ExclusiveOr => "^=",
);

named!(comparison, COMPARISONS, Comparison,
    Comparison::Equal => "==",
    Comparison::NotEqual => "!=",
    Comparison::Less => "<",
    Comparison::LessEqual => "<=",
    Comparison::Greater => ">",
    Comparison::GreaterEqual => ">=",
    Comparison::Is => "is",
    Comparison::IsNot => "is not",
    Comparison::In => "in",
    Comparison::NotIn => "not in",
);

named!(conversion, CONVERSIONS, Conversion,
    Conversion::Str => "!s",
    Conversion::Repr => "!r",
    Conversion::Ascii => "!a",
);

/// What a construct has in it, which no type of the tree tells apart.
const DETAILS: &[&str] = &[
    "annotation in a def",
    "annotation of a result",
    "annotation without a value",
    "assert with a message",
    "assignment to a slice",
    "assignment to several targets",
    "augmented assignment to a name",
    "augmented assignment to a slice",
    "augmented assignment to a subscript",
    "augmented assignment to an attribute",
    "chained comparison",
    "chained power",
    "class in a block",
    "class with a base",
    "comprehension in a comprehension",
    "comprehension with a condition",
    "comprehension with several clauses",
    "comprehension with several conditions",
    "conditional expression with several tests",
    "def in a def",
    "default value",
    "default value of a lambda",
    "del of a name",
    "del of a slice",
    "del of a subscript",
    "del of an attribute",
    "del of several targets",
    "documentation string",
    "elif",
    "else of a for",
    "else of a try",
    "else of a while",
    "else of an if",
    "except of several classes",
    "except with a name",
    "except without a class",
    "finally",
    "finally without except",
    "for over several names",
    "format specification",
    "format specification with a value in it",
    "from import as",
    "generator expression as an argument",
    "global with several names",
    "import as",
    "import of several modules",
    "keyword argument",
    "lambda with *",
    "nonlocal with several names",
    "parameter with *",
    "raise from",
    "raise without an exception",
    "return without a value",
    "sequence within a sequence as a target",
    "several handlers",
    "slice without bounds",
    "slice with a step",
    "starred element of a list",
    "starred element of a set",
    "starred element of a tuple",
    "starred argument",
    "several unary operators",
    "{x=} in an f-string",
];

/// The operators between two operands; `**` is an expression of its own.
pub(crate) fn binary(operator: BinaryOperator) -> &'static str {
    augmented(&operator).trim_end_matches('=')
}

/// The name of a detail, which has to be in the list.
pub(crate) fn detail(name: &'static str) -> &'static str {
    assert!(DETAILS.contains(&name), "{name} is not in the list of details");
    name
}

/// Every construct of the language.
pub(crate) fn all() -> Vec<&'static str> {
    let binary = AUGMENTED.iter().map(|name| name.trim_end_matches('=')).filter(|name| *name != "**");
    let lists =
        [STATEMENTS, EXPRESSIONS, TRAILERS, TARGETS, UNARY, AUGMENTED, COMPARISONS, CONVERSIONS, DETAILS].concat();
    lists.into_iter().chain(binary).collect()
}
