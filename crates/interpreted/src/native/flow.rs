//! What is known at each instruction of a loop: the types of its locals and operands, and so how the instruction will be done.
//!
//! Types flow from the loop's head through its blocks and round until nothing changes. Where two ways meet with different types, the
//! value lies in the frame there, as the interpreter would have it.

use std::collections::BTreeMap;

use crate::bytecode::Instruction;
use crate::native::region::{Region, successors};
use crate::native::rules::{Action, Rules};
use crate::native::{Problem, Unit};
use crate::types::Type;

/// Where the value of a local or an operand is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// Nobody will read it.
    Dead,
    /// In the frame only.
    InFrame,
    /// In registers, its type known; `dirty` when the frame has another value.
    Held {
        /// The type.
        kind: Type,
        /// Whether the frame has to be written before anybody else looks.
        dirty: bool,
    },
}

impl Place {
    /// The type of the value.
    pub(super) fn kind(self) -> Type {
        match self {
            Place::Held { kind, .. } => kind,
            Place::Dead | Place::InFrame => Type::Unknown,
        }
    }

    /// Where it is when it may come from two places.
    fn merge(self, other: Place) -> Place {
        match (self, other) {
            (Place::Dead, Place::Dead) => Place::Dead,
            (Place::Held { kind: a, dirty }, Place::Held { kind: b, dirty: other }) => {
                Place::known(a.join(b), dirty || other)
            }
            _ => Place::InFrame,
        }
    }

    /// Registers for a value of a known type, else the frame.
    fn known(kind: Type, dirty: bool) -> Place {
        match kind {
            Type::Unknown | Type::Never => Place::InFrame,
            kind => Place::Held { kind, dirty },
        }
    }
}

/// What is known at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    /// The slots.
    pub(super) locals: Vec<Place>,
    /// The operands.
    pub(super) stack: Vec<Place>,
}

impl State {
    /// The type of an operand; 1 is the topmost.
    pub(super) fn top(&self, depth: u32) -> Type {
        self.stack.len().checked_sub(depth as usize).map_or(Type::Unknown, |index| self.stack[index].kind())
    }

    /// Takes operands away and puts one there instead.
    pub(super) fn replace(&mut self, taken: u32, kind: Type) {
        self.drop(taken);
        self.push(kind);
    }

    /// Takes operands away.
    pub(super) fn drop(&mut self, taken: u32) {
        self.stack.truncate(self.stack.len().saturating_sub(taken as usize));
    }

    /// Puts an operand on top that the frame does not have yet.
    pub(super) fn push(&mut self, kind: Type) {
        self.stack.push(Place::Held { kind, dirty: true });
    }

    /// Everything that is held has been written to the frame.
    pub(super) fn clean(&mut self) {
        for place in self.locals.iter_mut().chain(&mut self.stack) {
            *place = match *place {
                Place::Held { kind: Type::Unknown, .. } => Place::InFrame,
                Place::Held { kind, .. } => Place::Held { kind, dirty: false },
                other => other,
            };
        }
    }
}

/// What the analysis has found.
pub(super) struct Flow {
    /// What is known where each block begins; blocks that are never reached have no entry.
    pub(super) entries: BTreeMap<u32, State>,
    /// How each instruction is done.
    pub(super) actions: Vec<Action>,
}

impl Flow {
    /// Lets the types flow until nothing changes.
    pub(super) fn new(unit: &Unit<'_>, region: &Region, rules: &Rules<'_>) -> Result<Flow, Problem> {
        let mut flow = Flow { entries: BTreeMap::new(), actions: vec![Action::Skip; unit.code.instructions.len()] };
        flow.entries.insert(region.head, at_head(unit, region)?);
        let mut waiting = vec![region.head];
        while let Some(block) = waiting.pop() {
            flow.block(unit, region, rules, block, &mut waiting)?;
        }
        Ok(flow)
    }

    fn block(
        &mut self,
        unit: &Unit<'_>,
        region: &Region,
        rules: &Rules<'_>,
        block: u32,
        waiting: &mut Vec<u32>,
    ) -> Result<(), Problem> {
        let mut state = self.entries[&block].clone();
        let end = region.blocks[&block];
        let (next, jump) = successors(unit.code, end - 1);
        let mut jumped = state.clone();
        let mut skipped = 0;
        for position in block..end {
            if skipped > 0 {
                skipped -= 1;
                self.actions[position as usize] = Action::Skip;
                continue;
            }
            jumped.clone_from(&state);
            let action = rules.decide(position, end, &mut state, &mut jumped)?;
            self.actions[position as usize] = action;
            match action {
                Action::Leave(_) => return Ok(()),
                Action::NativeWith { skipped: count } => skipped = count,
                _ => {}
            }
        }
        if let Some(next) = next {
            self.merge(region, next, &state, waiting);
        }
        if let Some(jump) = jump {
            self.merge(region, jump, &jumped, waiting);
        }
        Ok(())
    }

    /// A way leads to a block with this knowledge.
    fn merge(&mut self, region: &Region, target: u32, state: &State, waiting: &mut Vec<u32>) {
        if !region.is_block(target) {
            return;
        }
        let incoming = settle(region, target, state);
        let merged = match self.entries.get(&target) {
            None => incoming,
            Some(known) => State {
                locals: known.locals.iter().zip(&incoming.locals).map(|(a, &b)| a.merge(b)).collect(),
                stack: known.stack.iter().zip(&incoming.stack).map(|(a, &b)| a.merge(b)).collect(),
            },
        };
        if self.entries.get(&target) != Some(&merged) {
            self.entries.insert(target, merged);
            waiting.push(target);
        }
    }
}

/// What remains known at the beginning of a block: nothing of locals that nobody reads any more.
fn settle(region: &Region, target: u32, state: &State) -> State {
    let live = region.live[target as usize];
    let locals = state.locals.iter().enumerate().map(|(slot, &place)| match place {
        _ if live & (1 << slot) == 0 => Place::Dead,
        Place::Held { kind, dirty } => Place::known(kind, dirty),
        _ => Place::InFrame,
    });
    let stack = state.stack.iter().map(|&place| match place {
        Place::Held { kind, dirty } => Place::known(kind, dirty),
        other => other,
    });
    State { locals: locals.collect(), stack: stack.collect() }
}

/// What the source of types says about the loop's head.
fn at_head(unit: &Unit<'_>, region: &Region) -> Result<State, Problem> {
    let head = region.head;
    let live = region.live[head as usize];
    let locals = (0..unit.code.slots.len() as u32).map(|slot| {
        let bit = 1 << slot;
        if live & bit == 0 {
            Place::Dead
        } else if region.cells & bit != 0 || region.mentioned & bit == 0 {
            Place::InFrame
        } else {
            Place::known(unit.types.entry(head, slot).widened(), false)
        }
    });
    let depth = region.depths[head as usize].ok_or(Problem::Unreachable)?;
    let stack = (0..depth).map(|depth| {
        if depth < region.lowest { Place::InFrame } else { Place::known(unit.types.operand(head, depth), false) }
    });
    let state = State { locals: locals.collect(), stack: stack.collect() };
    match unit.code.instructions[head as usize] {
        Instruction::ForIterator(_) if unit.types.operand(head, depth - 1) == Type::Never => Err(Problem::Unseen),
        _ => Ok(state),
    }
}
