//! One code under construction: instructions with labels, which become instructions with positions.
//!
//! # Lines
//! A line is hit whenever execution enters an instruction of another line than the one before, or jumps backward. What no
//! line of the file asks for (the jump at the end of a loop, the end of a handler, the `return None` at the end of a function) has no
//! line of its own. It takes the line of the instruction before it where it can be reached from there only; else its line is 0, which
//! is never hit. So the test of a loop is hit once for each time that it is tested, whichever way the body has ended.

use std::collections::HashMap;

use super::constants::Constant;
use super::flow;
use crate::bytecode::{Handler, Instruction, Span};
use crate::names::Symbol;

/// More instructions than that are refused: a `finally` within a `finally` within a `finally` doubles them each time.
const MAXIMUM_INSTRUCTIONS: usize = 1 << 22;

/// A place in the code that is not known yet. Jumps hold its number until the code is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(u32);

impl Label {
    /// As the operand of a jump.
    pub(super) fn number(self) -> u32 {
        self.0
    }
}

/// The number of a handler of exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HandlerNumber(usize);

/// An instruction and what is known of it.
#[derive(Clone, Copy, Debug)]
struct Operation {
    instruction: Instruction,
    span: Span,
    /// 0: none of its own.
    line: u32,
    handler: Option<HandlerNumber>,
}

/// Where exceptions go.
#[derive(Clone, Copy, Debug)]
struct Target {
    label: Label,
    depth: u32,
}

/// What has been written so far.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    operations: Vec<Operation>,
    /// Before which operation each label stands.
    labels: Vec<u32>,
    handlers: Vec<Target>,
    /// The handler of what is written now.
    pub(super) handler: Option<HandlerNumber>,
    constants: HashMap<Constant, u32>,
    caches: u32,
    /// Whether there were too many instructions.
    pub(super) too_large: bool,
}

/// The parts of a code that the assembler knows.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) instructions: Vec<Instruction>,
    pub(super) spans: Vec<Span>,
    pub(super) lines: Vec<u32>,
    pub(super) handlers: Vec<Handler>,
    pub(super) depth: u32,
    pub(super) caches: u32,
}

impl Assembler {
    /// Writes an instruction of a line.
    pub(super) fn write(&mut self, instruction: Instruction, span: Span, line: u32) {
        if self.operations.len() < MAXIMUM_INSTRUCTIONS {
            self.operations.push(Operation { instruction, span, line, handler: self.handler });
        } else {
            self.too_large = true;
        }
    }

    /// Writes an instruction that belongs to no line.
    pub(super) fn write_artificial(&mut self, instruction: Instruction) {
        let span = self.operations.last().map(|operation| operation.span).unwrap_or_default();
        self.write(instruction, span, 0);
    }

    /// The number of the next cache.
    pub(super) fn cache(&mut self) -> u32 {
        self.caches += 1;
        self.caches - 1
    }

    /// The number of a constant.
    pub(super) fn constant(&mut self, constant: Constant) -> u32 {
        let next = self.constants.len() as u32;
        *self.constants.entry(constant).or_insert(next)
    }

    /// The constants in order.
    pub(super) fn take_constants(&mut self) -> Vec<Constant> {
        let mut constants: Vec<_> = std::mem::take(&mut self.constants).into_iter().collect();
        constants.sort_by_key(|&(_, number)| number);
        constants.into_iter().map(|(constant, _)| constant).collect()
    }

    /// A new label.
    pub(super) fn label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }

    /// Puts a label before the instruction that is written next.
    pub(super) fn bind(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.operations.len() as u32;
    }

    /// A new label before the instruction that is written next.
    pub(super) fn here(&mut self) -> Label {
        let label = self.label();
        self.bind(label);
        label
    }

    /// A new handler, which begins at the label, with so many operands below the exception.
    pub(super) fn new_handler(&mut self, label: Label, depth: u32) -> HandlerNumber {
        self.handlers.push(Target { label, depth });
        HandlerNumber(self.handlers.len() - 1)
    }

    fn position(&self, label: u32) -> usize {
        self.labels[label as usize] as usize
    }

    /// Lets each jump to a jump that has no line of its own go on at once to where that goes.
    fn thread(&mut self) {
        for at in 0..self.operations.len() {
            let Some((mut label, _)) = flow::jump(self.operations[at].instruction) else { continue };
            while let Some(Operation { instruction: Instruction::Jump(next), line: 0, .. }) =
                self.operations.get(self.position(label))
            {
                label = *next;
            }
            let mut instruction = flow::with_target(self.operations[at].instruction, label);
            let target = self.position(label);
            // A jump to what comes next anyway is left out later.
            let is_far =
                !self.operations.get(at + 1..target).is_some_and(|between| between.iter().all(is_artificial_jump));
            if let (
                Instruction::Jump(_),
                true,
                Some(Operation { instruction: Instruction::JumpBackward(head), line: 0, .. }),
            ) = (instruction, is_far, self.operations.get(target))
            {
                instruction = Instruction::JumpBackward(*head);
            }
            self.operations[at].instruction = instruction;
        }
    }

    /// Which operations can be reached.
    fn reachable(&self) -> Vec<bool> {
        let mut reached = vec![false; self.operations.len()];
        let mut waiting = vec![0];
        while let Some(mut at) = waiting.pop() {
            while let Some(operation) = self.operations.get(at) {
                if std::mem::replace(&mut reached[at], true) {
                    break;
                }
                waiting.extend(flow::jump(operation.instruction).map(|(label, _)| self.position(label)));
                waiting.extend(
                    operation.handler.map(|HandlerNumber(number)| self.position(self.handlers[number].label.0)),
                );
                if flow::ends(operation.instruction) {
                    break;
                }
                at += 1;
            }
        }
        reached
    }

    /// Whether an operation may be left out: it only does what would be done anyway.
    fn is_idle(&self, at: usize, kept: &[bool]) -> bool {
        let operation = &self.operations[at];
        let next = (at + 1..self.operations.len()).find(|&next| kept[next]);
        match operation.instruction {
            Instruction::Jump(label) => {
                operation.line == 0
                    && next.is_some_and(|next| self.position(label) > at && self.position(label) <= next)
            }
            Instruction::Nop => {
                let line = operation.line;
                line == 0 || next.is_some_and(|next| self.operations[next].line == line)
            }
            _ => false,
        }
    }

    /// Gives each operation its position, and all that follows from it. The code must end with an instruction that ends it.
    pub(super) fn finish(mut self, keywords: &[Box<[Symbol]>]) -> Assembled {
        self.thread();
        let mut kept = self.reachable();
        for at in (0..kept.len()).rev() {
            kept[at] = kept[at] && !self.is_idle(at, &kept);
        }
        // The position of each operation, or of the next one that is kept.
        let mut positions = Vec::with_capacity(kept.len() + 1);
        let mut count = 0;
        for &keep in &kept {
            positions.push(count);
            count += u32::from(keep);
        }
        positions.push(count);
        let operations: Vec<Operation> = self
            .operations
            .iter()
            .zip(&kept)
            .filter(|&(_, &keep)| keep)
            .map(|(operation, _)| {
                let instruction = match flow::jump(operation.instruction) {
                    Some((label, _)) => flow::with_target(operation.instruction, positions[self.position(label)]),
                    None => operation.instruction,
                };
                Operation { instruction, ..*operation }
            })
            .collect();
        let targets: Vec<Handler> = self
            .handlers
            .iter()
            .map(|handler| match self.position(handler.label.0) {
                // Nothing that it protects is left.
                at if at > kept.len() => Handler { start: 0, end: 0, target: 0, depth: 0 },
                at => Handler { start: 0, end: 0, target: positions[at], depth: handler.depth },
            })
            .collect();
        let handlers = ranges(&operations, &targets);
        Assembled {
            lines: lines(&operations, &handlers),
            depth: depth(&operations, &handlers, keywords),
            spans: operations.iter().map(|operation| operation.span).collect(),
            instructions: operations.into_iter().map(|operation| operation.instruction).collect(),
            handlers,
            caches: self.caches,
        }
    }
}

fn is_artificial_jump(operation: &Operation) -> bool {
    matches!(operation, Operation { instruction: Instruction::Jump(_), line: 0, .. })
}

/// The rows of operations that have the same handler. They are in order and none overlaps another.
fn ranges(operations: &[Operation], targets: &[Handler]) -> Vec<Handler> {
    let mut ranges: Vec<Handler> = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        let Some(HandlerNumber(number)) = operation.handler else { continue };
        let (at, target) = (at as u32, targets[number]);
        match ranges.last_mut() {
            Some(last) if last.end == at && last.target == target.target => last.end = at + 1,
            _ => ranges.push(Handler { start: at, end: at + 1, ..target }),
        }
    }
    ranges
}

/// The line of each operation, also of those that have none of their own.
fn lines(operations: &[Operation], handlers: &[Handler]) -> Vec<u32> {
    let mut entered = vec![false; operations.len()];
    let jumps = operations.iter().filter_map(|operation| flow::jump(operation.instruction)).map(|(target, _)| target);
    for target in jumps.chain(handlers.iter().map(|handler| handler.target)) {
        entered[target as usize] = true;
    }
    let mut lines: Vec<u32> = Vec::with_capacity(operations.len());
    for (at, operation) in operations.iter().enumerate() {
        let before = match at.checked_sub(1) {
            Some(before) if !entered[at] && !flow::ends(operations[before].instruction) => lines[before],
            _ => 0,
        };
        lines.push(if operation.line == 0 { before } else { operation.line });
    }
    lines
}

/// The greatest number of operands on any way through the code.
fn depth(operations: &[Operation], handlers: &[Handler], keywords: &[Box<[Symbol]>]) -> u32 {
    let mut seen = vec![false; operations.len()];
    let mut greatest = 0;
    let mut waiting = vec![(0, 0)];
    waiting.extend(handlers.iter().map(|handler| (handler.target as usize, i64::from(handler.depth) + 1)));
    while let Some((mut at, mut depth)) = waiting.pop() {
        while let Some(operation) = operations.get(at) {
            greatest = greatest.max(depth);
            if std::mem::replace(&mut seen[at], true) {
                break;
            }
            if let Some((target, effect)) = flow::jump(operation.instruction) {
                waiting.push((target as usize, depth + effect));
            }
            if flow::ends(operation.instruction) {
                break;
            }
            depth += flow::effect(operation.instruction, keywords);
            at += 1;
        }
    }
    greatest as u32
}
