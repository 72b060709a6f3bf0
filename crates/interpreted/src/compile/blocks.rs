//! Loops and `try`: what has to be done on the way out of them.
//!
//! A `finally` is written once for every way out of its `try`: the end of the body, an exception, and each `return`, `break` and
//! `continue`.

use super::Compiler;
use super::block::Block;
use crate::bytecode::{Instruction, Span};
use crate::source::tree::{Expression, Range, Statement, Target};

impl<'t> Compiler<'t> {
    /// How many operands lie on the stack where a statement begins.
    pub(super) fn operands(&self) -> u32 {
        self.unit.blocks.iter().map(|block| block.operands()).sum()
    }

    pub(super) fn within(&mut self, block: Block<'t>, body: &'t [Statement]) {
        self.unit.blocks.push(block);
        self.statements(body);
        self.unit.blocks.pop();
    }

    pub(super) fn while_loop(
        &mut self,
        test: &'t Expression,
        body: &'t [Statement],
        otherwise: &'t [Statement],
        range: Range,
    ) {
        let (end, exhausted) = (self.unit.assembler.label(), self.unit.assembler.label());
        let head = self.unit.assembler.here();
        self.jump_if(test, exhausted, false, &mut range.clone());
        self.within(Block::While { head, end }, body);
        // Of no line where hits are counted: the test that follows is of the same. Who is interrupted here is told of the statement.
        let span = Span { start: range.start, end: range.end };
        self.unit.assembler.write(Instruction::JumpBackward(head.number()), span, 0);
        self.unit.assembler.bind(exhausted);
        self.statements(otherwise);
        self.unit.assembler.bind(end);
    }

    pub(super) fn for_loop(
        &mut self,
        target: &'t Target,
        iterable: &'t Expression,
        (body, otherwise): (&'t [Statement], &'t [Statement]),
        range: Range,
    ) {
        let (end, exhausted) = (self.unit.assembler.label(), self.unit.assembler.label());
        self.iterator(iterable, range);
        let head = self.unit.assembler.here();
        self.write(Instruction::ForIterator(exhausted.number()), range);
        self.assign(target);
        self.within(Block::For { head, end }, body);
        self.unit.assembler.write_artificial(Instruction::JumpBackward(head.number()));
        self.unit.assembler.bind(exhausted);
        self.statements(otherwise);
        self.unit.assembler.bind(end);
    }

    /// `break` and `continue`.
    pub(super) fn leave_loop(&mut self, breaks: bool, range: Range) {
        let is_loop = |block: &Block<'t>| matches!(block, Block::While { .. } | Block::For { .. });
        let Some(index) = self.unit.blocks.iter().rposition(is_loop) else { return };
        let before = self.unit.assembler.handler;
        let place = self.unwind(index + 1, false, Some(range));
        let instruction = match self.unit.blocks[index] {
            Block::While { end, .. } | Block::For { end, .. } if breaks => {
                if matches!(self.unit.blocks[index], Block::For { .. }) {
                    self.write_at(Instruction::PopTop, place);
                }
                Instruction::Jump(end.number())
            }
            Block::While { head, .. } | Block::For { head, .. } => Instruction::JumpBackward(head.number()),
            _ => return,
        };
        self.write_at(instruction, place);
        self.unit.assembler.handler = before;
    }

    /// `return`
    pub(super) fn leave_function(&mut self, value: Option<&'t Expression>, range: Range) {
        let constant = match value {
            Some(value) => super::constants::constant(value),
            None => Some(super::Constant::None),
        };
        let before = self.unit.assembler.handler;
        if let (None, Some(value)) = (&constant, value) {
            self.expression(value);
        }
        let place = self.unwind(0, constant.is_none(), Some(range));
        if let Some(constant) = constant {
            let place = place.map(|place| value.map_or(place, |value| value.range));
            let number = self.unit.assembler.constant(constant);
            self.write_at(Instruction::LoadConst(number), place);
        }
        // Where a `finally` has come between, the function ends in the line of that.
        self.write_at(Instruction::Return, place);
        self.unit.assembler.handler = before;
    }

    /// Writes an instruction that belongs to a part of the text, or to none.
    fn write_at(&mut self, instruction: Instruction, place: Option<Range>) {
        match place {
            Some(range) => self.write(instruction, range),
            None => self.unit.assembler.write_artificial(instruction),
        }
    }

    /// Writes what has to be done to get out of all blocks from that one on. `keeps` says that a value lies on top of the stack and
    /// has to stay there. Gives the place of what follows: none behind a `finally`. Changes the handler, not the blocks.
    fn unwind(&mut self, from: usize, keeps: bool, mut place: Option<Range>) -> Option<Range> {
        let blocks = self.unit.blocks[from..].to_vec();
        if let (Some(range), true) = (place, blocks.iter().any(|block| matches!(block, Block::Finally { .. }))) {
            self.write(Instruction::Nop, range);
        }
        for (index, &block) in blocks.iter().enumerate().rev() {
            match block {
                Block::While { .. } => {}
                Block::For { .. } | Block::Value => {
                    if keeps {
                        self.write_at(Instruction::Swap(2), place);
                    }
                    self.write_at(Instruction::PopTop, place);
                }
                Block::Try { outside } => self.unit.assembler.handler = outside,
                Block::Finally { body, outside } => {
                    self.unit.assembler.handler = outside;
                    self.unit.blocks.truncate(from + index);
                    if keeps {
                        self.unit.blocks.push(Block::Value);
                    }
                    self.statements(body);
                    self.unit.blocks.truncate(from + index);
                    place = None;
                }
                Block::Ending { outside } => {
                    if keeps {
                        self.write_at(Instruction::Swap(2), place);
                    }
                    self.write_at(Instruction::PopTop, place);
                    if keeps {
                        self.write_at(Instruction::Swap(2), place);
                    }
                    self.unit.assembler.handler = outside;
                    self.write_at(Instruction::PopHandled, place);
                }
                Block::Handler { name, outside } => {
                    if keeps {
                        self.write_at(Instruction::Swap(2), place);
                    }
                    self.unit.assembler.handler = outside;
                    self.write_at(Instruction::PopHandled, place);
                    if let Some(name) = name {
                        self.forget(name);
                    }
                }
            }
        }
        self.unit.blocks.truncate(from);
        self.unit.blocks.extend(blocks);
        place
    }
}
