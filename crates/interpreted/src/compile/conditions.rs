//! Tests: jumps that are taken when an expression is true, or when it is false, without a value being made.

use super::Compiler;
use super::assembler::Label;
use super::constants::constant;
use crate::bytecode::{self, Instruction};
use crate::source::tree::{Comparison, Expression, ExpressionKind, Range, UnaryOperator};

fn jump(label: Label, when: bool) -> Instruction {
    if when { Instruction::PopJumpIfTrue(label.number()) } else { Instruction::PopJumpIfFalse(label.number()) }
}

impl<'t> Compiler<'t> {
    /// Jumps to the label when the expression's truth is `when`. `place` is the text that the jump belongs to; a comparison moves it to
    /// itself, also for what comes after, as in CPython.
    pub(super) fn jump_if(&mut self, expression: &'t Expression, label: Label, when: bool, place: &mut Range) {
        match &expression.kind {
            ExpressionKind::Unary { operators, operand } => {
                if let Some(constant) = constant(expression) {
                    return self.jump_always(constant.is_true() == when, label, *place);
                }
                let inverted = operators.iter().take_while(|(operator, _)| *operator == UnaryOperator::Not).count();
                let when = when != (inverted % 2 == 1);
                if inverted == operators.len() {
                    return self.jump_if(operand, label, when, place);
                }
                self.unary(&operators[inverted..], operand);
                self.write(jump(label, when), *place);
            }
            ExpressionKind::And(items) => self.jump_if_any(items, false, label, when, place),
            ExpressionKind::Or(items) => self.jump_if_any(items, true, label, when, place),
            ExpressionKind::Compare { first, rest } => {
                *place = expression.range;
                self.jump_if_compared(first, rest, label, when, *place);
            }
            ExpressionKind::Conditional { branches, otherwise } => {
                let end = self.unit.assembler.label();
                for (test, value) in branches {
                    let next = self.unit.assembler.label();
                    self.jump_if(test, next, false, place);
                    self.jump_if(value, label, when, place);
                    self.unit.assembler.write_artificial(Instruction::Jump(end.number()));
                    self.unit.assembler.bind(next);
                }
                self.jump_if(otherwise, label, when, place);
                self.unit.assembler.bind(end);
            }
            _ => match constant(expression) {
                Some(constant) => self.jump_always(constant.is_true() == when, label, *place),
                None => {
                    self.expression(expression);
                    self.write(jump(label, when), *place);
                }
            },
        }
    }

    /// A test that always has the same result.
    fn jump_always(&mut self, taken: bool, label: Label, place: Range) {
        self.write(if taken { Instruction::Jump(label.number()) } else { Instruction::Nop }, place);
    }

    /// `and`, which is decided by the first that is false, or `or`, which is decided by the first that is true.
    fn jump_if_any(&mut self, items: &'t [Expression], decides: bool, label: Label, when: bool, place: &mut Range) {
        let end = self.unit.assembler.label();
        let decided = if decides == when { label } else { end };
        if let Some((last, before)) = items.split_last() {
            for item in before {
                self.jump_if(item, decided, decides, place);
            }
            self.jump_if(last, label, when, place);
        }
        self.unit.assembler.bind(end);
    }

    fn jump_if_compared(
        &mut self,
        first: &'t Expression,
        rest: &'t [(Comparison, Expression)],
        label: Label,
        when: bool,
        range: Range,
    ) {
        self.expression(first);
        let Some(((last, right), before)) = rest.split_last() else { return };
        let (cleanup, end) = (self.unit.assembler.label(), self.unit.assembler.label());
        for (comparison, right) in before {
            self.compared(*comparison, right, range, true);
            self.write(Instruction::PopJumpIfFalse(cleanup.number()), range);
        }
        self.compared(*last, right, range, false);
        self.write(jump(label, when), range);
        if !before.is_empty() {
            self.unit.assembler.write_artificial(Instruction::Jump(end.number()));
            self.unit.assembler.bind(cleanup);
            self.write(Instruction::PopTop, range);
            if !when {
                self.unit.assembler.write_artificial(Instruction::Jump(label.number()));
            }
        }
        self.unit.assembler.bind(end);
    }

    /// The right side of a comparison whose left side lies on the stack, and the comparison. The right side is kept below the result
    /// when another comparison follows.
    fn compared(&mut self, comparison: Comparison, right: &'t Expression, range: Range, kept: bool) {
        match (comparison, &right.kind) {
            (Comparison::In | Comparison::NotIn, ExpressionKind::List(items)) => self.constant_or(right, items),
            _ => self.expression(right),
        }
        if kept {
            self.write(Instruction::Swap(2), range);
            self.write(Instruction::Copy(2), range);
        }
        self.write(instruction(comparison), range);
    }

    /// A comparison as a value.
    pub(super) fn comparison(&mut self, first: &'t Expression, rest: &'t [(Comparison, Expression)], range: Range) {
        self.expression(first);
        let Some(((last, right), before)) = rest.split_last() else { return };
        let (cleanup, end) = (self.unit.assembler.label(), self.unit.assembler.label());
        for (comparison, right) in before {
            self.compared(*comparison, right, range, true);
            self.write(Instruction::JumpIfFalseOrPop(cleanup.number()), range);
        }
        self.compared(*last, right, range, false);
        if !before.is_empty() {
            self.unit.assembler.write_artificial(Instruction::Jump(end.number()));
            self.unit.assembler.bind(cleanup);
            self.write(Instruction::Swap(2), range);
            self.write(Instruction::PopTop, range);
        }
        self.unit.assembler.bind(end);
    }
}

fn instruction(comparison: Comparison) -> Instruction {
    Instruction::Compare(match comparison {
        Comparison::Equal => bytecode::Comparison::Equal,
        Comparison::NotEqual => bytecode::Comparison::NotEqual,
        Comparison::Less => bytecode::Comparison::Less,
        Comparison::LessEqual => bytecode::Comparison::LessEqual,
        Comparison::Greater => bytecode::Comparison::Greater,
        Comparison::GreaterEqual => bytecode::Comparison::GreaterEqual,
        Comparison::Is => return Instruction::Is(false),
        Comparison::IsNot => return Instruction::Is(true),
        Comparison::In => return Instruction::Contains(false),
        Comparison::NotIn => return Instruction::Contains(true),
    })
}
