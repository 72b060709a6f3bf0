//! `try`: handlers of exceptions and `finally`.
//!
//! A handler begins with the exception on the stack. `PushHandled` puts the one that was handled before below it. Whatever goes wrong
//! from there on goes to a second handler, which makes that one the handled one again and raises what has come.

use super::Compiler;
use super::assembler::HandlerNumber;
use super::block::Block;
use crate::bytecode::Instruction;
use crate::source::tree::{Handler, Range, Statement};

/// The parts of a `try`.
#[derive(Clone, Copy)]
pub(super) struct Try<'t> {
    pub(super) body: &'t [Statement],
    pub(super) handlers: &'t [Handler],
    pub(super) otherwise: &'t [Statement],
    pub(super) finally: &'t [Statement],
}

impl<'t> Compiler<'t> {
    pub(super) fn try_statement(&mut self, parts: Try<'t>, range: Range) {
        self.write(Instruction::Nop, range);
        if parts.finally.is_empty() {
            self.try_except(parts);
        } else {
            self.try_finally(parts);
        }
    }

    /// A handler around what is written from now on.
    fn protect(&mut self, depth: u32) -> super::assembler::Label {
        let label = self.unit.assembler.label();
        let handler = self.unit.assembler.new_handler(label, depth);
        self.unit.assembler.handler = Some(handler);
        label
    }

    fn artificial(&mut self, instruction: Instruction) {
        self.unit.assembler.write_artificial(instruction);
    }

    fn try_finally(&mut self, parts: Try<'t>) {
        let outside = self.unit.assembler.handler;
        let depth = self.operands();
        let end = self.unit.assembler.label();
        let entry = self.protect(depth);
        self.unit.blocks.push(Block::Finally { body: parts.finally, outside });
        if parts.handlers.is_empty() {
            self.statements(parts.body);
        } else {
            self.try_except(parts);
        }
        self.unit.blocks.pop();
        self.unit.assembler.handler = outside;
        self.statements(parts.finally);
        self.artificial(Instruction::Jump(end.number()));

        self.unit.assembler.bind(entry);
        self.artificial(Instruction::PushHandled);
        let cleanup = self.protect(depth + 1);
        self.within(Block::Ending { outside }, parts.finally);
        self.artificial(Instruction::Reraise);
        self.cleanup(cleanup, outside);
        self.unit.assembler.bind(end);
    }

    fn try_except(&mut self, parts: Try<'t>) {
        let outside = self.unit.assembler.handler;
        let depth = self.operands();
        let end = self.unit.assembler.label();
        let entry = self.protect(depth);
        self.within(Block::Try { outside }, parts.body);
        self.unit.assembler.handler = outside;
        self.statements(parts.otherwise);
        self.artificial(Instruction::Jump(end.number()));

        self.unit.assembler.bind(entry);
        self.artificial(Instruction::PushHandled);
        let cleanup = self.protect(depth + 1);
        let inside = self.unit.assembler.handler;
        for handler in parts.handlers {
            self.unit.assembler.handler = inside;
            let next = self.unit.assembler.label();
            if let Some(class) = &handler.exception {
                self.expression(class);
                self.write(Instruction::MatchException, handler.range);
                self.write(Instruction::PopJumpIfFalse(next.number()), handler.range);
            }
            self.handler(handler, depth, outside);
            self.artificial(Instruction::Jump(end.number()));
            self.unit.assembler.bind(next);
        }
        self.unit.assembler.handler = inside;
        if let Some(last) = parts.handlers.last() {
            self.write(Instruction::Reraise, last.range);
        }
        self.cleanup(cleanup, outside);
        self.unit.assembler.bind(end);
    }

    /// What is done when an exception is of the class of a handler. The exception is on the stack, the earlier one below it.
    fn handler(&mut self, handler: &'t Handler, depth: u32, outside: Option<HandlerNumber>) {
        let Some(name) = handler.name.as_ref().map(|name| &*name.name) else {
            self.write(Instruction::PopTop, handler.range);
            self.within(Block::Handler { name: None, outside }, &handler.body);
            self.unit.assembler.handler = outside;
            return self.artificial(Instruction::PopHandled);
        };
        self.store(name, handler.range);
        let inside = self.unit.assembler.handler;
        let unbinding = self.protect(depth + 1);
        self.within(Block::Handler { name: Some(name), outside }, &handler.body);
        self.unit.assembler.handler = outside;
        self.artificial(Instruction::PopHandled);
        self.forget(name);
        let end = self.unit.assembler.label();
        self.artificial(Instruction::Jump(end.number()));
        self.unit.assembler.bind(unbinding);
        self.unit.assembler.handler = inside;
        self.forget(name);
        self.artificial(Instruction::Reraise);
        self.unit.assembler.handler = outside;
        self.unit.assembler.bind(end);
    }

    /// Where an exception goes that was raised while another one was handled.
    fn cleanup(&mut self, entry: super::assembler::Label, outside: Option<HandlerNumber>) {
        self.unit.assembler.handler = outside;
        self.unit.assembler.bind(entry);
        self.artificial(Instruction::Swap(2));
        self.artificial(Instruction::PopHandled);
        self.artificial(Instruction::Reraise);
    }
}
