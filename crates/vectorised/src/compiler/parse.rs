//! From text to a list of nodes, each after the nodes that it needs.

use std::collections::HashMap;

use super::error::{CompileError, quoted};
use super::operation::{Binary, Comparison, Constant, Reduction, Unary};

use num_complex::Complex;

/// The longest text, in bytes.
pub const MAX_LENGTH: usize = 1 << 20;

/// How deep parentheses, powers and signs may be nested.
pub const MAX_DEPTH: usize = 200;

/// The place of a node in the list.
pub(crate) type NodeId = u32;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Name(String),
    Constant(Constant),
    Unary(Unary, NodeId),
    Binary(Binary, NodeId, NodeId),
    Compare(Comparison, NodeId, NodeId),
    Where(NodeId, NodeId, NodeId),
    MakeComplex(NodeId, NodeId),
    Reduce(Reduction, NodeId, Option<i64>),
}

/// An expression: text that has been read, and has no types yet.
///
/// Every node stands after its operands, so walking the list needs no recursion, however long the expression is.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    pub(crate) source: String,
    pub(crate) nodes: Vec<Node>,
    /// The column of each node, in characters from 0.
    pub(crate) columns: Vec<u32>,
    pub(crate) results: Vec<NodeId>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(Constant),
    Name(String),
    Symbol(&'static str),
    End,
}

const SYMBOLS: [&str; 21] =
    ["**", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "&", "|", "^", "~", "<", ">", "(", ")", ",", ";", "="];

const FUNCTIONS: [(&str, Unary); 9] = [
    ("abs", Unary::Abs),
    ("sqrt", Unary::Sqrt),
    ("exp", Unary::Exp),
    ("log", Unary::Log),
    ("sin", Unary::Sin),
    ("cos", Unary::Cos),
    ("conj", Unary::Conj),
    ("real", Unary::Real),
    ("imag", Unary::Imag),
];

const REDUCTIONS: [Reduction; 4] = [Reduction::Sum, Reduction::Prod, Reduction::Min, Reduction::Max];

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// When the text is not one: the error says at which column, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, CompileError> {
        if text.len() > MAX_LENGTH {
            let message = format!("the text has {} bytes; {MAX_LENGTH} are allowed", text.len());
            return Err(CompileError::new(&text.chars().take(80).collect::<String>(), 0, message));
        }
        let tokens = tokens(text)?;
        let mut parser =
            Parser { source: text, tokens, at: 0, depth: 0, nodes: vec![], columns: vec![], locals: HashMap::new() };
        let results = parser.whole()?;
        let Parser { nodes, columns, .. } = parser;
        let expression = Self { source: text.to_owned(), nodes, columns, results };
        expression.reductions_come_last()?;
        Ok(expression)
    }

    /// The text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names that stand for arrays, in alphabetical order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self
            .nodes
            .iter()
            .filter_map(|node| if let Node::Name(name) = node { Some(name.as_str()) } else { None })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(crate) fn error(&self, node: NodeId, message: impl Into<String>) -> CompileError {
        CompileError::new(&self.source, self.columns[node as usize] as usize, message)
    }

    fn reductions_come_last(&self) -> Result<(), CompileError> {
        let is_reduction = |node: NodeId| matches!(self.nodes[node as usize], Node::Reduce(..));
        let inner = self.nodes.iter().flat_map(|node| {
            let (operands, count) = node.operands();
            operands.into_iter().take(count)
        });
        if let Some(node) = inner.into_iter().find(|&node| is_reduction(node)) {
            return Err(self.error(node, "a reduction must be the last operation"));
        }
        match self.results.iter().find(|&&node| is_reduction(node)) {
            Some(&node) if self.results.len() > 1 => Err(self.error(node, "a reduction must be the only result")),
            _ => Ok(()),
        }
    }
}

impl Node {
    /// The operands, and how many of the three there are.
    pub(crate) fn operands(&self) -> ([NodeId; 3], usize) {
        match *self {
            Self::Name(_) | Self::Constant(_) => ([0; 3], 0),
            Self::Unary(_, a) | Self::Reduce(_, a, _) => ([a, 0, 0], 1),
            Self::Binary(_, a, b) | Self::Compare(_, a, b) | Self::MakeComplex(a, b) => ([a, b, 0], 2),
            Self::Where(a, b, c) => ([a, b, c], 3),
        }
    }
}

/// The tokens with their columns.
fn tokens(text: &str) -> Result<Vec<(Token, u32)>, CompileError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut column = 0;
    while let Some(first) = rest.chars().next() {
        let (token, length) = if first.is_whitespace() {
            (None, first.len_utf8())
        } else if first.is_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (Some(Token::Name(rest[..length].to_owned())), length)
        } else if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            let (number, length) = number(rest).map_err(|message| CompileError::new(text, column, message))?;
            (Some(Token::Number(number)), length)
        } else if first == '.' {
            (Some(Token::Symbol(".")), 1)
        } else if let Some(symbol) = SYMBOLS.into_iter().find(|&symbol| rest.starts_with(symbol)) {
            (Some(Token::Symbol(symbol)), symbol.len())
        } else {
            let message = format!("expected a name, a number or an operator, found '{}'", first.escape_debug());
            return Err(CompileError::new(text, column, message));
        };
        tokens.extend(token.map(|token| (token, column as u32)));
        column += rest[..length].chars().count();
        rest = &rest[length..];
    }
    tokens.push((Token::End, column as u32));
    Ok(tokens)
}

/// A number and its length in bytes: `12`, `1.5`, `.5`, `1e-3`, `2j`.
fn number(text: &str) -> Result<(Constant, usize), String> {
    let bytes = text.as_bytes();
    let digits = |from: usize| from + bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    let mut whole = true;
    if bytes.get(end) == Some(&b'.') {
        (end, whole) = (digits(end + 1), false);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = end + 1 + sign;
        if digits(exponent) == exponent {
            return Err(format!("expected digits after '{}'", quoted(&text[..exponent])));
        }
        (end, whole) = (digits(exponent), false);
    }
    let imaginary = matches!(bytes.get(end), Some(b'j' | b'J'));
    let after = text[end + usize::from(imaginary)..].chars().next();
    if let Some(letter) = after.filter(|c| c.is_alphanumeric() || *c == '_') {
        return Err(format!("expected an operator after the number {}, found '{letter}'", quoted(&text[..end])));
    }
    let float = || text[..end].parse::<f64>().map_err(|error| format!("{}: {error}", quoted(&text[..end])));
    match (imaginary, whole) {
        (true, _) => Ok((Constant::Complex(Complex::new(0.0, float()?)), end + 1)),
        (false, false) => Ok((Constant::Float(float()?), end)),
        (false, true) => match text[..end].parse() {
            Ok(value) => Ok((Constant::Int(value), end)),
            Err(_) => Err(format!(
                "expected an integer of at most {}; write {}.0 for a float",
                i64::MAX,
                quoted(&text[..end])
            )),
        },
    }
}

struct Parser<'a> {
    source: &'a str,
    tokens: Vec<(Token, u32)>,
    at: usize,
    depth: usize,
    nodes: Vec<Node>,
    columns: Vec<u32>,
    locals: HashMap<String, NodeId>,
}

/// What binds how strongly, as in Python: comparisons, `|`, `^`, `&`, `+ -`, `* / %`; then the signs, then `**`.
fn strength(symbol: &str) -> Option<u8> {
    match symbol {
        "<" | "<=" | ">" | ">=" | "==" | "!=" => Some(1),
        "|" => Some(2),
        "^" => Some(3),
        "&" => Some(4),
        "+" | "-" => Some(5),
        "*" | "/" | "%" => Some(6),
        _ => None,
    }
}

impl Parser<'_> {
    fn token(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(self.token(), Token::Symbol(found) if *found == symbol)
    }

    fn column(&self) -> u32 {
        self.tokens[self.at].1
    }

    fn next(&mut self) {
        // The end stays where it is.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    fn accept(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        if found {
            self.next();
        }
        found
    }

    fn node(&mut self, node: Node, column: u32) -> NodeId {
        self.nodes.push(node);
        self.columns.push(column);
        (self.nodes.len() - 1) as NodeId
    }

    fn expected(&self, what: &str) -> CompileError {
        let found = match self.token() {
            Token::Number(_) => "a number".to_owned(),
            Token::Name(name) => format!("the name '{}'", quoted(name)),
            Token::Symbol(symbol) => format!("'{symbol}'"),
            Token::End => "the end".to_owned(),
        };
        self.wrong(self.column(), format!("expected {what}, found {found}"))
    }

    fn wrong(&self, column: u32, message: impl Into<String>) -> CompileError {
        CompileError::new(self.source, column as usize, message)
    }

    /// `name = expression; ...; result, result`
    fn whole(&mut self) -> Result<Vec<NodeId>, CompileError> {
        while let (Token::Name(name), Some((Token::Symbol("="), _))) = (self.token(), self.tokens.get(self.at + 1)) {
            let name = name.clone();
            self.next();
            self.next();
            let value = self.expression(0)?;
            self.locals.insert(name, value);
            if !self.accept(";") {
                return Err(self.expected("an operator, or ';' and what to do with the name"));
            }
        }
        let mut results = vec![self.expression(0)?];
        while self.accept(",") {
            results.push(self.expression(0)?);
        }
        match self.token() {
            Token::End => Ok(results),
            Token::Symbol(")") => Err(self.wrong(self.column(), "this ')' closes nothing")),
            _ => Err(self.expected("an operator or the end")),
        }
    }

    /// An expression whose operators bind more strongly than `least`.
    fn expression(&mut self, least: u8) -> Result<NodeId, CompileError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.wrong(self.column(), format!("nested more than {MAX_DEPTH} deep")));
        }
        let mut left = self.signed()?;
        while let Token::Symbol(symbol) = *self.token() {
            let Some(own) = strength(symbol).filter(|&own| own > least) else { break };
            let column = self.column();
            self.next();
            let right = self.expression(own)?;
            let node = match symbol {
                "<" => Node::Compare(Comparison::Less, left, right),
                "<=" => Node::Compare(Comparison::LessEqual, left, right),
                ">" => Node::Compare(Comparison::Less, right, left),
                ">=" => Node::Compare(Comparison::LessEqual, right, left),
                "==" => Node::Compare(Comparison::Equal, left, right),
                "!=" => Node::Compare(Comparison::NotEqual, left, right),
                "|" => Node::Binary(Binary::Or, left, right),
                "^" => Node::Binary(Binary::Xor, left, right),
                "&" => Node::Binary(Binary::And, left, right),
                "+" => Node::Binary(Binary::Add, left, right),
                "-" => Node::Binary(Binary::Sub, left, right),
                "*" => Node::Binary(Binary::Mul, left, right),
                "/" => Node::Binary(Binary::Div, left, right),
                _ => Node::Binary(Binary::Rem, left, right),
            };
            left = self.node(node, column);
            let chained = matches!(self.token(), Token::Symbol(next) if own == 1 && strength(next) == Some(1));
            if chained {
                let message = "comparisons do not chain: expected '&' and parentheses, as in (a < b) & (b < c)";
                return Err(self.wrong(self.column(), message));
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    /// `-x`, `+x`, `~x`, or a power.
    fn signed(&mut self) -> Result<NodeId, CompileError> {
        let column = self.column();
        let operation = match *self.token() {
            Token::Symbol("-") => Some(Unary::Negate),
            Token::Symbol("~") => Some(Unary::Not),
            Token::Symbol("+") => None,
            _ => return self.power(),
        };
        self.next();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.wrong(column, format!("nested more than {MAX_DEPTH} deep")));
        }
        let operand = self.signed()?;
        self.depth -= 1;
        Ok(match operation {
            Some(operation) => self.node(Node::Unary(operation, operand), column),
            None => operand,
        })
    }

    /// `x ** y`, which binds to the right, and more strongly than the sign before it.
    fn power(&mut self) -> Result<NodeId, CompileError> {
        let base = self.primary()?;
        let column = self.column();
        if !self.accept("**") {
            return Ok(base);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.wrong(column, format!("nested more than {MAX_DEPTH} deep")));
        }
        let exponent = self.signed()?;
        self.depth -= 1;
        Ok(self.node(Node::Binary(Binary::Pow, base, exponent), column))
    }

    /// A number, a name, a call or parentheses, with `.real` or `.imag` behind.
    fn primary(&mut self) -> Result<NodeId, CompileError> {
        let column = self.column();
        let mut value = match self.token().clone() {
            Token::Number(constant) => {
                self.next();
                self.node(Node::Constant(constant), column)
            }
            Token::Name(name) => {
                self.next();
                if self.accept("(") { self.call(&name, column)? } else { self.name(name, column) }
            }
            Token::Symbol("(") => {
                self.next();
                let inner = self.expression(0)?;
                if !self.accept(")") {
                    return Err(self.expected("an operator or ')'"));
                }
                inner
            }
            _ => return Err(self.expected("a number, a name or '('")),
        };
        while self.accept(".") {
            let part = match self.token() {
                Token::Name(name) if name == "real" => Unary::Real,
                Token::Name(name) if name == "imag" => Unary::Imag,
                _ => return Err(self.expected("'real' or 'imag' after '.'")),
            };
            let column = self.column();
            self.next();
            value = self.node(Node::Unary(part, value), column);
        }
        Ok(value)
    }

    fn name(&mut self, name: String, column: u32) -> NodeId {
        match name.as_str() {
            "True" | "true" => self.node(Node::Constant(Constant::Bool(true)), column),
            "False" | "false" => self.node(Node::Constant(Constant::Bool(false)), column),
            _ => match self.locals.get(&name) {
                Some(&value) => value,
                None => self.node(Node::Name(name), column),
            },
        }
    }

    /// The arguments of a call, after its opening parenthesis.
    fn call(&mut self, name: &str, column: u32) -> Result<NodeId, CompileError> {
        let unary = FUNCTIONS.iter().find(|function| function.0 == name).map(|function| function.1);
        let reduction = REDUCTIONS.into_iter().find(|reduction| reduction.name() == name);
        let count = match name {
            _ if unary.is_some() || reduction.is_some() => 1,
            "minimum" | "maximum" | "complex" => 2,
            "where" => 3,
            _ => {
                let known =
                    FUNCTIONS.iter().map(|function| function.0).chain(["minimum", "maximum", "complex", "where"]);
                let known: Vec<_> = known.chain(REDUCTIONS.into_iter().map(Reduction::name)).collect();
                let name = quoted(name);
                let message = format!("there is no function '{name}'; expected one of {}", known.join(", "));
                return Err(self.wrong(column, message));
            }
        };
        let mut arguments = Vec::new();
        for index in 0..count {
            if index > 0 && !self.accept(",") {
                return Err(self.expected(&format!("an operator or ',': {name} takes {count} arguments")));
            }
            arguments.push(self.expression(0)?);
        }
        let axis = if reduction.is_some() && self.accept(",") { Some(self.axis()?) } else { None };
        if !self.accept(")") {
            let arguments = if count == 1 { "argument" } else { "arguments" };
            return Err(self.expected(&format!("an operator or ')': {name} takes {count} {arguments}")));
        }
        let node = match (unary, reduction, &arguments[..]) {
            (Some(unary), _, &[a]) => Node::Unary(unary, a),
            (_, Some(reduction), &[a]) => Node::Reduce(reduction, a, axis),
            (_, _, &[a, b, c]) => Node::Where(a, b, c),
            (_, _, &[a, b]) if name == "minimum" => Node::Binary(Binary::Minimum, a, b),
            (_, _, &[a, b]) if name == "maximum" => Node::Binary(Binary::Maximum, a, b),
            (_, _, &[a, b, ..]) => Node::MakeComplex(a, b),
            _ => return Err(self.expected("an argument")),
        };
        Ok(self.node(node, column))
    }

    /// `axis=1`, or `1`.
    fn axis(&mut self) -> Result<i64, CompileError> {
        if matches!(self.token(), Token::Name(name) if name == "axis") {
            self.next();
            if !self.accept("=") {
                return Err(self.expected("'=' after 'axis'"));
            }
        }
        let sign = if self.accept("-") { -1 } else { 1 };
        match *self.token() {
            Token::Number(Constant::Int(axis)) => {
                self.next();
                Ok(sign * axis)
            }
            _ => Err(self.expected("the number of an axis")),
        }
    }
}
