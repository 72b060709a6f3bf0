//! Expressions of the parser's tree, their chains laid flat, and which of them are refused.

use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement};
use ruff_text_size::{Ranged, TextRange};

use super::convert::{Converted, Converter, convert_range};
use super::tree::{
    Arguments, BinaryOperator, BinaryTerm, Clause, Comparison, Conversion, Expression, ExpressionKind, FormatPart,
    Parameters, Trailer, TrailerKind, UnaryOperator,
};
use crate::digits::{MOST_DIGITS, exceeded};

impl Converter<'_> {
    pub(super) fn optional(&mut self, node: Option<&Expr>) -> Converted<Option<Expression>> {
        node.map(|node| self.expression(node)).transpose()
    }

    fn boxed(&mut self, node: &Expr) -> Converted<Box<Expression>> {
        self.expression(node).map(Box::new)
    }

    /// An expression that is a value of its own: neither starred nor a slice.
    pub(super) fn expression(&mut self, node: &Expr) -> Converted<Expression> {
        let range = node.range();
        self.deeper(range, |this| Ok(Expression { range: convert_range(range), kind: this.expression_kind(node)? }))
    }

    fn expression_kind(&mut self, node: &Expr) -> Converted<ExpressionKind> {
        let range = node.range();
        Ok(match node {
            Expr::NoneLiteral(_) => ExpressionKind::None,
            Expr::BooleanLiteral(node) => ExpressionKind::Boolean(node.value),
            Expr::NumberLiteral(node) => self.number(node)?,
            Expr::StringLiteral(node) => ExpressionKind::String(self.string(node.value.to_str(), range)?),
            Expr::FString(node) => self.formatted(node)?,
            Expr::Name(node) => {
                self.suspect_name(&node.id, node.range);
                ExpressionKind::Name(self.name(&node.id))
            }
            Expr::Tuple(node) => ExpressionKind::Tuple(self.elements(&node.elts)?),
            Expr::List(node) => ExpressionKind::List(self.elements(&node.elts)?),
            Expr::Set(node) => ExpressionKind::Set(self.elements(&node.elts)?),
            Expr::Dict(node) => self.dictionary(node)?,
            Expr::UnaryOp(node) => self.unary(node)?,
            Expr::BinOp(node) if node.op == ast::Operator::Pow => self.power(node)?,
            Expr::BinOp(node) => self.binary(node)?,
            Expr::BoolOp(node) => {
                let values = node.values.iter().map(|value| self.expression(value)).collect::<Converted<_>>()?;
                match node.op {
                    ast::BoolOp::And => ExpressionKind::And(values),
                    ast::BoolOp::Or => ExpressionKind::Or(values),
                }
            }
            Expr::Compare(node) => self.compare(node)?,
            Expr::If(node) => self.conditional(node)?,
            Expr::Lambda(node) => {
                let parameters = match &node.parameters {
                    Some(parameters) => self.parameters(parameters)?,
                    None => Parameters::default(),
                };
                let around = std::mem::replace(&mut self.place.in_function, true);
                let body = self.boxed(&node.body);
                self.place.in_function = around;
                ExpressionKind::Lambda { parameters: Box::new(parameters), body: body? }
            }
            Expr::ListComp(node) => {
                let clauses = self.clauses(&node.generators)?;
                ExpressionKind::ListComprehension { element: self.boxed(&node.elt)?, clauses }
            }
            Expr::SetComp(node) => {
                let clauses = self.clauses(&node.generators)?;
                ExpressionKind::SetComprehension { element: self.boxed(&node.elt)?, clauses }
            }
            Expr::Generator(node) => {
                let clauses = self.clauses(&node.generators)?;
                ExpressionKind::Generator { element: self.boxed(&node.elt)?, clauses }
            }
            Expr::DictComp(node) => {
                let clauses = self.clauses(&node.generators)?;
                let Some(key) = &node.key else {
                    return Err(self.syntax(range, "dict unpacking cannot be used in dict comprehension"));
                };
                ExpressionKind::DictionaryComprehension {
                    key: self.boxed(key)?,
                    value: self.boxed(&node.value)?,
                    clauses,
                }
            }
            Expr::Attribute(_) | Expr::Subscript(_) | Expr::Call(_) => self.trailers(node)?,
            Expr::Starred(_) => return Err(self.syntax(range, "can't use starred expression here")),
            Expr::Slice(_) => return Err(self.syntax(range, "invalid syntax")),
            Expr::Named(_) => return Err(self.unsupported(range, "':=' (assignment expression)")),
            Expr::Await(_) if !self.place.in_function => return Err(self.syntax(range, "'await' outside function")),
            Expr::Await(_) => return Err(self.syntax(range, "'await' outside async function")),
            Expr::Yield(_) | Expr::YieldFrom(_) if !self.place.in_function => {
                return Err(self.syntax(range, "'yield' outside function"));
            }
            Expr::Yield(_) | Expr::YieldFrom(_) => return Err(self.unsupported(range, "'yield'")),
            Expr::BytesLiteral(_) => return Err(self.unsupported(range, "bytes literal")),
            Expr::EllipsisLiteral(_) => return Err(self.unsupported(range, "'...'")),
            Expr::TString(_) | Expr::IpyEscapeCommand(_) => return Err(self.syntax(range, "invalid syntax")),
        })
    }

    fn number(&mut self, node: &ast::ExprNumberLiteral) -> Converted<ExpressionKind> {
        let integer = match &node.value {
            ast::Number::Float(value) => return Ok(ExpressionKind::Float(*value)),
            ast::Number::Complex { imag, .. } => return Ok(ExpressionKind::Imaginary(*imag)),
            ast::Number::Int(integer) => integer,
        };
        if let Some(value) = integer.as_i64() {
            return Ok(ExpressionKind::Integer(value));
        }
        let written = self.text_of(node).replace('_', "").to_ascii_lowercase();
        let (digits, radix) = match written.as_bytes().get(..2) {
            Some(b"0x") => (&written[2..], 16),
            Some(b"0o") => (&written[2..], 8),
            Some(b"0b") => (&written[2..], 2),
            _ => (written.as_str(), 10),
        };
        if radix == 10 {
            if digits.len() > MOST_DIGITS {
                let hint = "Consider hexadecimal for huge integer literals to avoid decimal conversion limits.";
                return Err(self.syntax(node.range, format!("{} - {hint}", exceeded(Some(digits.len())))));
            }
            return Ok(ExpressionKind::BigInteger(digits.into()));
        }
        match num_bigint::BigUint::parse_bytes(digits.as_bytes(), radix) {
            Some(value) => Ok(ExpressionKind::BigInteger(value.to_string().into())),
            None => Err(self.syntax(node.range, "invalid syntax")),
        }
    }

    fn string(&mut self, value: &str, range: TextRange) -> Converted<super::tree::Name> {
        // The parser writes U+FFFD for half of a surrogate pair, which no text of Rust can hold.
        if value.contains('\u{fffd}') {
            let written = self.text_of(&range);
            let lower = written.to_ascii_lowercase();
            if !written.contains('\u{fffd}') && !lower.contains("fffd") && !lower.contains("replacement character") {
                return Err(self.unsupported(range, "half of a surrogate pair"));
            }
        }
        Ok(self.name(value))
    }

    fn formatted(&mut self, node: &ast::ExprFString) -> Converted<ExpressionKind> {
        let mut parts = Vec::new();
        for part in &node.value {
            match part {
                ast::FStringPart::Literal(literal) => self.add_literal(&mut parts, literal.as_str(), literal.range)?,
                ast::FStringPart::FString(string) => self.add_parts(&mut parts, &string.elements)?,
            }
        }
        Ok(ExpressionKind::FormattedString(parts))
    }

    fn add_literal(&mut self, parts: &mut Vec<FormatPart>, text: &str, range: TextRange) -> Converted<()> {
        let text = self.string(text, range)?;
        match parts.last_mut() {
            _ if text.is_empty() => {}
            Some(FormatPart::Literal(before)) => *before = format!("{before}{text}").into(),
            _ => parts.push(FormatPart::Literal(text)),
        }
        Ok(())
    }

    fn add_parts(&mut self, parts: &mut Vec<FormatPart>, elements: &ast::InterpolatedStringElements) -> Converted<()> {
        for element in elements {
            let element = match element {
                InterpolatedStringElement::Literal(literal) => {
                    self.add_literal(parts, &literal.value, literal.range)?;
                    continue;
                }
                InterpolatedStringElement::Interpolation(element) => element,
            };
            if let Some(debug) = &element.debug_text {
                self.add_literal(parts, debug.as_str(), element.range)?;
            }
            let mut specification = Vec::new();
            let expression = self.expression(&element.expression)?;
            if let Some(node) = &element.format_spec {
                self.deeper(node.range, |this| this.add_parts(&mut specification, &node.elements))?;
            }
            let conversion = match element.conversion {
                ast::ConversionFlag::Str => Some(Conversion::Str),
                ast::ConversionFlag::Repr => Some(Conversion::Repr),
                ast::ConversionFlag::Ascii => Some(Conversion::Ascii),
                ast::ConversionFlag::None => {
                    (element.debug_text.is_some() && element.format_spec.is_none()).then_some(Conversion::Repr)
                }
            };
            parts.push(FormatPart::Value { expression, conversion, specification });
        }
        Ok(())
    }

    /// The elements of a tuple, list or set, and positional arguments: each may be starred.
    fn elements(&mut self, nodes: &[Expr]) -> Converted<Vec<Expression>> {
        nodes
            .iter()
            .map(|node| match node {
                Expr::Starred(starred) => {
                    let kind = ExpressionKind::Starred(self.boxed(&starred.value)?);
                    Ok(Expression { range: convert_range(starred.range), kind })
                }
                other => self.expression(other),
            })
            .collect()
    }

    fn dictionary(&mut self, node: &ast::ExprDict) -> Converted<ExpressionKind> {
        let mut items = Vec::new();
        for item in &node.items {
            let Some(key) = &item.key else {
                return Err(self.unsupported(item.value.range(), "'**' in a dictionary display"));
            };
            items.push((self.expression(key)?, self.expression(&item.value)?));
        }
        Ok(ExpressionKind::Dictionary(items))
    }

    fn unary(&mut self, node: &ast::ExprUnaryOp) -> Converted<ExpressionKind> {
        let mut operators = Vec::new();
        let mut at = node;
        loop {
            let operator = match at.op {
                ast::UnaryOp::UAdd => UnaryOperator::Plus,
                ast::UnaryOp::USub => UnaryOperator::Minus,
                ast::UnaryOp::Invert => UnaryOperator::Invert,
                ast::UnaryOp::Not => UnaryOperator::Not,
            };
            operators.push((operator, convert_range(at.range)));
            match &*at.operand {
                Expr::UnaryOp(inner) => at = inner,
                other => return Ok(ExpressionKind::Unary { operators, operand: self.boxed(other)? }),
            }
        }
    }

    fn power(&mut self, node: &ast::ExprBinOp) -> Converted<ExpressionKind> {
        let mut operands = vec![self.expression(&node.left)?];
        let mut right = &*node.right;
        while let Expr::BinOp(inner) = right {
            if inner.op != ast::Operator::Pow {
                break;
            }
            operands.push(self.expression(&inner.left)?);
            right = &inner.right;
        }
        operands.push(self.expression(right)?);
        Ok(ExpressionKind::Power(operands))
    }

    fn binary(&mut self, node: &ast::ExprBinOp) -> Converted<ExpressionKind> {
        let mut chain = vec![node];
        let mut left = &*node.left;
        while let Expr::BinOp(inner) = left {
            if inner.op == ast::Operator::Pow {
                break;
            }
            chain.push(inner);
            left = &inner.left;
        }
        let first = self.boxed(left)?;
        let mut rest = Vec::with_capacity(chain.len());
        for term in chain.into_iter().rev() {
            let Some(operator) = Self::operator(term.op) else {
                return Err(self.unsupported(term.range, "'@' operator"));
            };
            rest.push(BinaryTerm { operator, right: self.expression(&term.right)?, range: convert_range(term.range) });
        }
        Ok(ExpressionKind::Binary { first, rest })
    }

    /// An operator of ours, unless it is the one for matrices.
    pub(super) fn operator(operator: ast::Operator) -> Option<BinaryOperator> {
        Some(match operator {
            ast::Operator::Add => BinaryOperator::Add,
            ast::Operator::Sub => BinaryOperator::Subtract,
            ast::Operator::Mult => BinaryOperator::Multiply,
            ast::Operator::MatMult => return None,
            ast::Operator::Div => BinaryOperator::Divide,
            ast::Operator::FloorDiv => BinaryOperator::FloorDivide,
            ast::Operator::Mod => BinaryOperator::Remainder,
            ast::Operator::Pow => BinaryOperator::Power,
            ast::Operator::LShift => BinaryOperator::ShiftLeft,
            ast::Operator::RShift => BinaryOperator::ShiftRight,
            ast::Operator::BitOr => BinaryOperator::Or,
            ast::Operator::BitXor => BinaryOperator::ExclusiveOr,
            ast::Operator::BitAnd => BinaryOperator::And,
        })
    }

    fn compare(&mut self, node: &ast::ExprCompare) -> Converted<ExpressionKind> {
        let first = self.boxed(&node.left)?;
        let mut rest = Vec::with_capacity(node.ops.len());
        for (operator, value) in node.ops.iter().zip(&node.comparators) {
            let operator = match operator {
                ast::CmpOp::Eq => Comparison::Equal,
                ast::CmpOp::NotEq => Comparison::NotEqual,
                ast::CmpOp::Lt => Comparison::Less,
                ast::CmpOp::LtE => Comparison::LessEqual,
                ast::CmpOp::Gt => Comparison::Greater,
                ast::CmpOp::GtE => Comparison::GreaterEqual,
                ast::CmpOp::Is => Comparison::Is,
                ast::CmpOp::IsNot => Comparison::IsNot,
                ast::CmpOp::In => Comparison::In,
                ast::CmpOp::NotIn => Comparison::NotIn,
            };
            rest.push((operator, self.expression(value)?));
        }
        Ok(ExpressionKind::Compare { first, rest })
    }

    fn conditional(&mut self, node: &ast::ExprIf) -> Converted<ExpressionKind> {
        let mut branches = Vec::new();
        let mut at = node;
        loop {
            let value = self.expression(&at.body)?;
            branches.push((self.expression(&at.test)?, value));
            match &*at.orelse {
                Expr::If(inner) => at = inner,
                other => return Ok(ExpressionKind::Conditional { branches, otherwise: self.boxed(other)? }),
            }
        }
    }

    fn clauses(&mut self, nodes: &[ast::Comprehension]) -> Converted<Vec<Clause>> {
        let mut clauses = Vec::with_capacity(nodes.len());
        for node in nodes {
            if node.is_async {
                return Err(self.unsupported(node.range, "asynchronous comprehension"));
            }
            let iterable = self.expression(&node.iter)?;
            let target = self.whole_target(&node.target)?;
            let conditions = node.ifs.iter().map(|test| self.expression(test)).collect::<Converted<_>>()?;
            clauses.push(Clause { target, iterable, conditions });
        }
        Ok(clauses)
    }

    fn trailers(&mut self, node: &Expr) -> Converted<ExpressionKind> {
        let mut chain = Vec::new();
        let mut base = node;
        loop {
            let inner = match base {
                Expr::Attribute(node) => &node.value,
                Expr::Subscript(node) => &node.value,
                Expr::Call(node) => &node.func,
                _ => break,
            };
            chain.push(base);
            base = inner;
        }
        let base = self.boxed(base)?;
        let mut rest = Vec::with_capacity(chain.len());
        for link in chain.into_iter().rev() {
            let kind = match link {
                Expr::Attribute(node) => TrailerKind::Attribute(self.identifier(&node.attr)),
                Expr::Subscript(node) => TrailerKind::Subscript(Box::new(self.index(&node.slice)?)),
                Expr::Call(node) => {
                    if let Expr::Attribute(method) = &*node.func {
                        self.suspect_method(&method.attr);
                    }
                    TrailerKind::Call(self.arguments(&node.arguments)?)
                }
                _ => continue,
            };
            rest.push(Trailer { range: convert_range(link.range()), kind });
        }
        Ok(ExpressionKind::Trailers { base, rest })
    }

    /// What stands in the brackets of a subscript.
    pub(super) fn index(&mut self, node: &Expr) -> Converted<Expression> {
        match node {
            Expr::Slice(node) => {
                let [lower, upper, step] = [&node.lower, &node.upper, &node.step]
                    .map(|part| part.as_deref().map(|part| self.boxed(part)).transpose());
                let kind = ExpressionKind::Slice { lower: lower?, upper: upper?, step: step? };
                Ok(Expression { range: convert_range(node.range), kind })
            }
            Expr::Starred(node) => Err(self.unsupported(node.range, "starred index")),
            Expr::Tuple(tuple) if !tuple.parenthesized && tuple.elts.iter().any(Expr::is_starred_expr) => {
                Err(self.unsupported(tuple.range, "starred index"))
            }
            Expr::Tuple(tuple) if tuple.elts.iter().any(Expr::is_slice_expr) => self.deeper(tuple.range, |this| {
                let elements = tuple.elts.iter().map(|element| this.index(element)).collect::<Converted<_>>()?;
                Ok(Expression { range: convert_range(tuple.range), kind: ExpressionKind::Tuple(elements) })
            }),
            other => self.expression(other),
        }
    }

    fn arguments(&mut self, node: &ast::Arguments) -> Converted<Arguments> {
        let positional = self.elements(&node.args)?;
        let mut keywords = Vec::with_capacity(node.keywords.len());
        let mut seen = std::collections::HashSet::new();
        for keyword in &node.keywords {
            let Some(name) = &keyword.arg else {
                return Err(self.unsupported(keyword.range, "'**' in a call"));
            };
            if !seen.insert(name.as_str()) {
                return Err(self.syntax(keyword.range, format!("keyword argument repeated: {name}")));
            }
            keywords.push((self.identifier(name), self.expression(&keyword.value)?));
        }
        Ok(Arguments { positional, keywords })
    }
}
