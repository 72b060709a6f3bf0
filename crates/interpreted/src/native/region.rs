//! The part of a function that is compiled: the blocks of a loop, what lies on the operand stack at each instruction, and which
//! locals somebody may still read.

use std::collections::BTreeMap;

use crate::bytecode::{Code, Instruction};
use crate::compile::flow;

/// A set of slots.
pub(super) type Slots = u128;

/// The most slots that a function may have to be compiled.
pub(super) const MOST_SLOTS: usize = Slots::BITS as usize;

/// A loop: the blocks from which its head is reached again.
#[derive(Debug)]
pub(super) struct Region {
    /// Its first instruction.
    pub(super) head: u32,
    /// The end of each block, by its beginning.
    pub(super) blocks: BTreeMap<u32, u32>,
    /// The number of operands before each instruction of the function; `None` where it cannot be reached.
    pub(super) depths: Vec<Option<u32>>,
    /// The locals that somebody may read after this moment, before each instruction of the function.
    pub(super) live: Vec<Slots>,
    /// Slots that hold cells at some time: they stay in the frame.
    pub(super) cells: Slots,
    /// Slots that the loop reads or writes.
    pub(super) mentioned: Slots,
    /// Operands below this depth are never touched in the loop.
    pub(super) lowest: u32,
}

/// Where an instruction may go on: at the next, or at another.
pub(super) fn successors(code: &Code, position: u32) -> (Option<u32>, Option<u32>) {
    let instruction = code.instructions[position as usize];
    let next = (!flow::ends(instruction)).then_some(position + 1);
    (next, flow::jump(instruction).map(|(target, _)| target))
}

/// How many operands an instruction takes and how many it puts there, when it does not jump.
pub(super) fn effect(code: &Code, position: u32) -> (u32, u32) {
    flow::operands(code.instructions[position as usize], &code.keywords)
}

/// The number of operands before each instruction.
pub(crate) fn depths(code: &Code) -> Vec<Option<u32>> {
    let mut depths = vec![None; code.instructions.len()];
    let mut waiting = vec![(0, 0)];
    waiting.extend(code.handlers.iter().map(|handler| (handler.target, handler.depth + 1)));
    while let Some((position, depth)) = waiting.pop() {
        let Some(place @ None) = depths.get_mut(position as usize) else { continue };
        *place = Some(depth);
        let (next, _) = successors(code, position);
        let jump = flow::jump(code.instructions[position as usize]);
        let (taken, put) = effect(code, position);
        waiting.extend(next.map(|next| (next, (depth + put).saturating_sub(taken))));
        waiting.extend(jump.map(|(jump, effect)| (jump, depth.saturating_add_signed(effect as i32))));
    }
    depths
}

/// The slot that an instruction reads, and the one that it gives a value.
fn reads_and_writes(instruction: Instruction) -> (Option<u32>, Option<u32>) {
    match instruction {
        Instruction::LoadFast(slot)
        | Instruction::LoadClosure(slot)
        | Instruction::LoadDeref(slot)
        | Instruction::StoreDeref(slot)
        | Instruction::DeleteDeref(slot)
        | Instruction::LoadName { slot, .. } => (Some(slot), None),
        Instruction::StoreFast(slot) => (None, Some(slot)),
        Instruction::DeleteFast(slot) | Instruction::MakeCell(slot) => (Some(slot), Some(slot)),
        _ => (None, None),
    }
}

fn bit(slot: Option<u32>) -> Slots {
    slot.map_or(0, |slot| 1 << slot)
}

/// The locals that may still be read, before each instruction. Where an exception may be raised, its handler may be what reads.
fn live(code: &Code) -> Vec<Slots> {
    let mut live: Vec<Slots> = vec![0; code.instructions.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for position in (0..code.instructions.len() as u32).rev() {
            let (next, jump) = successors(code, position);
            let after = [next, jump].into_iter().flatten();
            let after = after.map(|position| live.get(position as usize).copied().unwrap_or(0));
            let after = after.fold(0, |all, one| all | one);
            let instruction = code.instructions[position as usize];
            let (read, written) = reads_and_writes(instruction);
            let mut before = after & !bit(written) | bit(read);
            if matches!(instruction, Instruction::EndClass | Instruction::Yield | Instruction::MakeGenerator) {
                before = Slots::MAX;
            }
            for handler in &code.handlers {
                if (handler.start..handler.end).contains(&position) {
                    before |= live[handler.target as usize];
                }
            }
            changed |= before != live[position as usize];
            live[position as usize] = before;
        }
    }
    live
}

impl Region {
    /// The loop with this head, or `None` when no instruction jumps back to it.
    pub(super) fn new(code: &Code, head: u32) -> Option<Region> {
        let depths = depths(code);
        depths.get(head as usize).copied().flatten()?;
        let inside = inside(code, head)?;
        let mut region = Region {
            head,
            blocks: blocks(code, head, &inside),
            depths,
            live: live(code),
            cells: 0,
            mentioned: 0,
            lowest: u32::MAX,
        };
        for &instruction in &code.instructions {
            match instruction {
                Instruction::LoadFast(_) | Instruction::StoreFast(_) | Instruction::DeleteFast(_) => {}
                other => region.cells |= bit(reads_and_writes(other).0),
            }
        }
        for (position, _) in inside.iter().enumerate().filter(|(_, inside)| **inside) {
            let instruction = code.instructions[position];
            let (read, written) = reads_and_writes(instruction);
            region.mentioned |= bit(read) | bit(written);
            let depth = region.depths[position].unwrap_or(0);
            let touched = flow::reach(instruction, &code.keywords);
            region.lowest = region.lowest.min(depth.saturating_sub(touched));
        }
        Some(region)
    }

    /// Whether a block of the loop begins here.
    pub(super) fn is_block(&self, position: u32) -> bool {
        self.blocks.contains_key(&position)
    }
}

/// Which instructions belong to the loop: from where its head is reached again.
fn inside(code: &Code, head: u32) -> Option<Vec<bool>> {
    let count = code.instructions.len();
    let mut reached = vec![false; count];
    let mut before: Vec<Vec<u32>> = vec![Vec::new(); count];
    let mut waiting = vec![head];
    while let Some(position) = waiting.pop() {
        if std::mem::replace(reached.get_mut(position as usize)?, true) {
            continue;
        }
        let (next, jump) = successors(code, position);
        for successor in [next, jump].into_iter().flatten() {
            before.get_mut(successor as usize)?.push(position);
            waiting.push(successor);
        }
    }
    let mut inside = vec![false; count];
    inside[head as usize] = true;
    let mut waiting: Vec<u32> = (0..count as u32)
        .filter(|&position| reached[position as usize])
        .filter(|&position| code.instructions[position as usize] == Instruction::JumpBackward(head))
        .collect();
    if waiting.is_empty() {
        return None;
    }
    while let Some(position) = waiting.pop() {
        if !std::mem::replace(&mut inside[position as usize], true) {
            waiting.extend(&before[position as usize]);
        }
    }
    Some(inside)
}

/// The blocks of the loop: rows of instructions that are entered at the first only and left at the last only.
fn blocks(code: &Code, head: u32, inside: &[bool]) -> BTreeMap<u32, u32> {
    let mut leaders = vec![false; inside.len() + 1];
    leaders[head as usize] = true;
    for position in (0..inside.len()).filter(|&position| inside[position]) {
        if let (next, Some(jump)) = successors(code, position as u32) {
            leaders[jump as usize] = true;
            if let Some(next) = next {
                leaders[next as usize] = true;
            }
        }
    }
    let mut blocks = BTreeMap::new();
    let mut begun = None;
    for (position, &leads) in leaders.iter().enumerate().take(inside.len() + 1) {
        let belongs = inside.get(position).copied().unwrap_or(false);
        let ends_before = leads || !belongs;
        if let (Some(start), true) = (begun, ends_before) {
            blocks.insert(start, position as u32);
            begun = None;
        }
        if belongs && begun.is_none() {
            begun = Some(position as u32);
        }
        if let (Some(start), true) = (begun, belongs && successors(code, position as u32).0.is_none()) {
            blocks.insert(start, position as u32 + 1);
            begun = None;
        }
    }
    blocks
}
