//! Expressions to instructions: each leaves one value on the stack.

use super::Compiler;
use super::constants::{self, Constant, constant};
use super::statements::binary_operator;
use crate::bytecode::{self, Instruction};
use crate::source::tree::{
    Arguments, BinaryOperator, BinaryTerm, Conversion, Expression, ExpressionKind, FormatPart, Identifier, Range,
    Trailer, TrailerKind, UnaryOperator,
};

/// A display with more elements is filled one by one, so that the stack stays small.
const MAXIMUM_ELEMENTS: usize = 30;

/// What a display of elements makes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Display {
    Tuple,
    List,
    Set,
}

fn is_starred(expression: &Expression) -> bool {
    matches!(expression.kind, ExpressionKind::Starred(_))
}

fn joined(first: Range, last: Range) -> Range {
    Range { start: first.start, end: last.end }
}

impl<'t> Compiler<'t> {
    pub(super) fn expression(&mut self, expression: &'t Expression) {
        let range = expression.range;
        match &expression.kind {
            ExpressionKind::Name(name) => self.load(name, range),
            ExpressionKind::Binary { first, rest } => self.binary(first, rest),
            ExpressionKind::Trailers { base, rest } => self.trailers(base, rest),
            ExpressionKind::Unary { operators, operand } => self.unary(operators, operand),
            ExpressionKind::Power(operands) => self.power(operands),
            ExpressionKind::Compare { first, rest } => self.comparison(first, rest, range),
            ExpressionKind::And(items) => self.short_circuit(items, false, range),
            ExpressionKind::Or(items) => self.short_circuit(items, true, range),
            ExpressionKind::Conditional { branches, otherwise } => self.conditional(branches, otherwise, range),
            ExpressionKind::Tuple(items) => match constant(expression) {
                Some(constant) => self.load_constant(constant, range),
                None => self.display(items, Display::Tuple, range),
            },
            ExpressionKind::List(items) => self.list(items, range),
            ExpressionKind::Set(items) => self.set(items, range),
            ExpressionKind::Dictionary(items) => self.dictionary(items, range),
            ExpressionKind::Slice { lower, upper, step } => {
                self.slice([lower.as_deref(), upper.as_deref(), step.as_deref()], range);
            }
            ExpressionKind::FormattedString(parts) => self.formatted(parts, range),
            ExpressionKind::Lambda { parameters, body } => self.lambda(expression, parameters, body),
            ExpressionKind::ListComprehension { .. }
            | ExpressionKind::SetComprehension { .. }
            | ExpressionKind::DictionaryComprehension { .. }
            | ExpressionKind::Generator { .. } => self.comprehension(expression),
            // Displays and calls treat those in them; elsewhere the parser refuses them.
            ExpressionKind::Starred(inner) => self.expression(inner),
            ExpressionKind::None
            | ExpressionKind::Boolean(_)
            | ExpressionKind::Integer(_)
            | ExpressionKind::BigInteger(_)
            | ExpressionKind::Float(_)
            | ExpressionKind::Imaginary(_)
            | ExpressionKind::String(_) => self.literal(expression),
        }
    }

    fn literal(&mut self, expression: &'t Expression) {
        if let Some(constant) = constant(expression) {
            self.load_constant(constant, expression.range);
        }
    }

    /// Operators before an operand, the last one first.
    pub(super) fn unary(&mut self, operators: &'t [(UnaryOperator, Range)], operand: &'t Expression) {
        let mut known = constant(operand).map(|constant| (constant, operand.range));
        if known.is_none() {
            self.expression(operand);
        }
        for &(operator, range) in operators.iter().rev() {
            if let Some((value, place)) = known.take() {
                if let Some(result) = constants::unary(operator, &value) {
                    known = Some((result, range));
                    continue;
                }
                self.load_constant(value, place);
            }
            let instruction = match operator {
                UnaryOperator::Plus => Instruction::Unary(bytecode::UnaryOperator::Positive),
                UnaryOperator::Minus => Instruction::Unary(bytecode::UnaryOperator::Negative),
                UnaryOperator::Invert => Instruction::Unary(bytecode::UnaryOperator::Invert),
                UnaryOperator::Not => Instruction::Not,
            };
            self.write(instruction, range);
        }
        if let Some((value, place)) = known {
            self.load_constant(value, place);
        }
    }

    fn binary(&mut self, first: &'t Expression, rest: &'t [BinaryTerm]) {
        let mut known = constant(first).map(|constant| (constant, first.range));
        if known.is_none() {
            self.expression(first);
        }
        for term in rest {
            if let Some((left, place)) = known.take() {
                let result = constant(&term.right).and_then(|right| constants::binary(term.operator, &left, &right));
                if let Some(result) = result {
                    known = Some((result, term.range));
                    continue;
                }
                self.load_constant(left, place);
            }
            self.expression(&term.right);
            let instruction = match term.operator {
                BinaryOperator::Add => Instruction::Add,
                BinaryOperator::Subtract => Instruction::Subtract,
                BinaryOperator::Multiply => Instruction::Multiply,
                operator => Instruction::Binary(binary_operator(operator)),
            };
            self.write(instruction, term.range);
        }
        if let Some((value, place)) = known {
            self.load_constant(value, place);
        }
    }

    /// `a ** b ** c`: evaluated from left to right, joined from right to left.
    fn power(&mut self, operands: &'t [Expression]) {
        let Some(last) = operands.last() else { return };
        let mut known = constant(last);
        let mut left = operands.len() - 1;
        while let (Some(right), Some(next)) = (&known, left.checked_sub(1)) {
            let result =
                constant(&operands[next]).and_then(|base| constants::binary(BinaryOperator::Power, &base, right));
            let Some(result) = result else { break };
            (known, left) = (Some(result), next);
        }
        operands[..left].iter().for_each(|operand| self.expression(operand));
        match known {
            Some(constant) => self.load_constant(constant, joined(operands[left].range, last.range)),
            None => self.expression(last),
        }
        for operand in operands[..left].iter().rev() {
            let range = joined(operand.range, last.range);
            self.write(Instruction::Binary(bytecode::BinaryOperator::Power), range);
        }
    }

    fn short_circuit(&mut self, items: &'t [Expression], decides: bool, range: Range) {
        let end = self.unit.assembler.label();
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.write(
                    match decides {
                        true => Instruction::JumpIfTrueOrPop(end.number()),
                        false => Instruction::JumpIfFalseOrPop(end.number()),
                    },
                    range,
                );
            }
            self.expression(item);
        }
        self.unit.assembler.bind(end);
    }

    fn conditional(&mut self, branches: &'t [(Expression, Expression)], otherwise: &'t Expression, range: Range) {
        let end = self.unit.assembler.label();
        for (test, value) in branches {
            let next = self.unit.assembler.label();
            self.jump_if(test, next, false, &mut range.clone());
            self.expression(value);
            self.unit.assembler.write_artificial(Instruction::Jump(end.number()));
            self.unit.assembler.bind(next);
        }
        self.expression(otherwise);
        self.unit.assembler.bind(end);
    }

    /// A list that nobody can change: a tuple will do.
    pub(super) fn constant_or(&mut self, list: &'t Expression, items: &'t [Expression]) {
        match items.iter().map(constant).collect() {
            Some(items) => self.load_constant(Constant::Tuple(items), list.range),
            None if items.iter().any(is_starred) => self.expression(list),
            None => self.display(items, Display::Tuple, list.range),
        }
    }

    /// Evaluates what a loop goes over, and makes an iterator of it.
    pub(super) fn iterator(&mut self, iterable: &'t Expression, range: Range) {
        match &iterable.kind {
            ExpressionKind::List(items) => self.constant_or(iterable, items),
            _ => self.expression(iterable),
        }
        self.write(Instruction::GetIterator, range);
    }

    fn set(&mut self, items: &'t [Expression], range: Range) {
        match items.iter().map(constant).collect::<Option<Vec<_>>>() {
            Some(constants) if constants.len() > 2 => {
                let constants = self.constant_set(constants);
                self.load_constant(Constant::Tuple(constants), range);
                self.write(Instruction::ConstantSet, range);
            }
            _ => self.display(items, Display::Set, range),
        }
    }

    /// The elements of a constant set in the order of the first equal set of the file: CPython has one constant for all.
    fn constant_set(&mut self, constants: Vec<Constant>) -> Vec<Constant> {
        let within = |one: &[Constant], other: &[Constant]| one.iter().all(|constant| other.contains(constant));
        match self.sets.iter().find(|known| within(known, &constants) && within(&constants, known)) {
            Some(known) => known.clone(),
            None => {
                self.sets.push(constants.clone());
                constants
            }
        }
    }

    fn list(&mut self, items: &'t [Expression], range: Range) {
        match items.iter().map(constant).collect::<Option<Vec<_>>>() {
            Some(constants) if constants.len() > 2 => {
                self.write(Instruction::BuildList(0), range);
                self.load_constant(Constant::Tuple(constants), range);
                self.write(Instruction::ListExtend(1), range);
            }
            _ => self.display(items, Display::List, range),
        }
    }

    fn display(&mut self, items: &'t [Expression], display: Display, range: Range) {
        let star = items.iter().position(is_starred);
        if star.is_none() && items.len() <= MAXIMUM_ELEMENTS {
            items.iter().for_each(|item| self.expression(item));
            let count = items.len() as u32;
            return self.write(
                match display {
                    Display::Tuple => Instruction::BuildTuple(count),
                    Display::List => Instruction::BuildList(count),
                    Display::Set => Instruction::BuildSet(count),
                },
                range,
            );
        }
        let before = star.filter(|&star| star <= MAXIMUM_ELEMENTS).unwrap_or(0);
        self.filled(items, before, display, range);
        if display == Display::Tuple {
            self.write(Instruction::ListToTuple, range);
        }
    }

    /// A list or set that begins with some elements and is filled with the others one by one.
    fn filled(&mut self, items: &'t [Expression], before: usize, display: Display, range: Range) {
        let set = display == Display::Set;
        items[..before].iter().for_each(|item| self.expression(item));
        let count = before as u32;
        self.write(if set { Instruction::BuildSet(count) } else { Instruction::BuildList(count) }, range);
        for item in &items[before..] {
            self.expression(item);
            self.write(
                match (is_starred(item), set) {
                    (true, true) => Instruction::SetExtend(1),
                    (true, false) => Instruction::ListExtend(1),
                    (false, true) => Instruction::SetAdd(1),
                    (false, false) => Instruction::ListAppend(1),
                },
                range,
            );
        }
    }

    fn dictionary(&mut self, items: &'t [(Expression, Expression)], range: Range) {
        let large = items.len() * 2 > MAXIMUM_ELEMENTS;
        if large {
            self.write(Instruction::BuildDict(0), range);
        }
        for (key, value) in items {
            self.expression(key);
            self.expression(value);
            if large {
                self.write(Instruction::DictAdd(1), range);
            }
        }
        if !large {
            self.write(Instruction::BuildDict(items.len() as u32), range);
        }
    }

    fn slice(&mut self, [lower, upper, step]: [Option<&'t Expression>; 3], range: Range) {
        for bound in [lower, upper] {
            match bound {
                Some(bound) => self.expression(bound),
                None => self.load_constant(Constant::None, range),
            }
        }
        step.into_iter().for_each(|step| self.expression(step));
        self.write(Instruction::BuildSlice(if step.is_some() { 3 } else { 2 }), range);
    }

    fn formatted(&mut self, parts: &'t [FormatPart], range: Range) {
        for part in parts {
            match part {
                FormatPart::Literal(text) => self.load_constant(Constant::Text(text.clone()), range),
                FormatPart::Value { expression, conversion, specification } => {
                    self.expression(expression);
                    let spec = !specification.is_empty();
                    if spec {
                        self.formatted(specification, range);
                    }
                    let conversion = match conversion {
                        None => bytecode::Conversion::None,
                        Some(Conversion::Str) => bytecode::Conversion::Str,
                        Some(Conversion::Repr) => bytecode::Conversion::Repr,
                        Some(Conversion::Ascii) => bytecode::Conversion::Ascii,
                    };
                    self.write(Instruction::FormatValue { conversion, spec }, range);
                }
            }
        }
        match parts.len() {
            0 => self.load_constant(Constant::Text("".into()), range),
            1 => {}
            count => self.write(Instruction::BuildString(count as u32), range),
        }
    }

    /// An attribute belongs to the line of its name, when it does not stand in the line in which the expression begins.
    pub(super) fn attribute_place(&self, range: Range, name: &Identifier) -> Range {
        if self.line(range) == self.line(name.range) { range } else { joined(name.range, range) }
    }

    fn trailers(&mut self, base: &'t Expression, trailers: &'t [Trailer]) {
        self.expression(base);
        let mut rest = trailers.iter().peekable();
        while let Some(trailer) = rest.next() {
            match &trailer.kind {
                TrailerKind::Attribute(name) => {
                    let place = self.attribute_place(trailer.range, name);
                    let (symbol, cache) = (self.attribute(&name.name), self.unit.assembler.cache());
                    let call = rest.peek().and_then(|next| match &next.kind {
                        TrailerKind::Call(arguments) if !arguments.positional.iter().any(is_starred) => {
                            Some((arguments, next.range))
                        }
                        _ => None,
                    });
                    let Some((arguments, range)) = call else {
                        self.write(Instruction::LoadAttribute { name: symbol, cache }, place);
                        continue;
                    };
                    rest.next();
                    self.write(Instruction::LoadMethod { name: symbol, cache }, place);
                    let (arguments, keywords) = self.arguments(arguments);
                    let place = self.attribute_place(range, name);
                    self.write(Instruction::CallMethod { arguments, keywords }, place);
                }
                TrailerKind::Subscript(index) => {
                    self.expression(index);
                    self.write(Instruction::Subscript, trailer.range);
                }
                TrailerKind::Call(arguments) => self.call(arguments, trailer.range),
            }
        }
    }

    fn call(&mut self, arguments: &'t Arguments, range: Range) {
        let Some(star) = arguments.positional.iter().position(is_starred) else {
            let (arguments, keywords) = self.arguments(arguments);
            return self.write(Instruction::Call { arguments, keywords }, range);
        };
        match &arguments.positional[..] {
            // The call itself says what is wrong with the only one.
            [only] => self.expression(only),
            several => self.filled(several, star, Display::List, range),
        }
        let keywords = self.keywords(arguments);
        self.write(Instruction::CallStar { keywords }, range);
    }

    /// Arguments one by one on the stack: how many, and the number of their names.
    fn arguments(&mut self, arguments: &'t Arguments) -> (u32, u32) {
        arguments.positional.iter().for_each(|argument| self.expression(argument));
        let keywords = self.keywords(arguments);
        ((arguments.positional.len() + arguments.keywords.len()) as u32, keywords)
    }

    /// The values of named arguments on the stack, and the number of their names.
    fn keywords(&mut self, arguments: &'t Arguments) -> u32 {
        if arguments.keywords.is_empty() {
            return 0;
        }
        arguments.keywords.iter().for_each(|(_, value)| self.expression(value));
        let names = arguments.keywords.iter().map(|(name, _)| self.attribute(&name.name)).collect();
        self.unit.keywords.push(names);
        self.unit.keywords.len() as u32
    }
}
