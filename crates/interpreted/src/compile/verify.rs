//! Whether a code can be executed at all: what the machine relies on without looking.

use super::flow;
use crate::bytecode::{Code, Instruction};

/// Checks a code and all codes in it: every way through it agrees on how many operands there are, none takes more than there are,
/// jumps and handlers lead to instructions, numbers of slots, constants, codes, names and places exist, and the code ends with an
/// instruction that ends it. `places` is the number of places of the module.
///
/// # Errors
/// What is wrong, in words.
pub fn verify(code: &Code, places: usize) -> Result<(), String> {
    let mut waiting = vec![code];
    while let Some(code) = waiting.pop() {
        check(code, places).map_err(|text| format!("{}: {text}", code.qualified_name))?;
        waiting.extend(code.functions.iter().map(|inner| &**inner));
    }
    Ok(())
}

fn check(code: &Code, places: usize) -> Result<(), String> {
    let count = code.instructions.len();
    if code.spans.len() != count || code.lines.len() != count {
        return Err("an instruction lacks its text or its line".into());
    }
    for (at, &instruction) in code.instructions.iter().enumerate() {
        operands(code, instruction, places).map_err(|text| format!("{at} {instruction:?}: {text}"))?;
        match instruction {
            Instruction::JumpBackward(target) if target as usize > at => return Err(format!("{at} goes down")),
            Instruction::JumpBackward(_) => {}
            _ if flow::jump(instruction).is_some_and(|(target, _)| target as usize <= at) => {
                return Err(format!("{at} goes up"));
            }
            _ => {}
        }
    }
    for handler in &code.handlers {
        if handler.start >= handler.end || handler.end as usize > count || handler.target as usize >= count {
            return Err(format!("{handler:?} leads nowhere"));
        }
    }
    depths(code)
}

/// Whether all numbers in an instruction exist.
fn operands(code: &Code, instruction: Instruction, places: usize) -> Result<(), &'static str> {
    use Instruction as I;
    let slots = code.slots.len();
    let right = match instruction {
        I::LoadConst(number) => (number as usize) < code.constants.len(),
        I::LoadFast(slot)
        | I::StoreFast(slot)
        | I::DeleteFast(slot)
        | I::MakeCell(slot)
        | I::LoadClosure(slot)
        | I::LoadDeref(slot)
        | I::StoreDeref(slot)
        | I::DeleteDeref(slot) => (slot as usize) < slots,
        I::LoadGlobal { place } | I::StoreGlobal { place } | I::DeleteGlobal { place } => (place as usize) < places,
        I::LoadName { slot, place } => (slot as usize) < slots && (place as usize) < places,
        I::LoadAttribute { cache, .. } | I::StoreAttribute { cache, .. } | I::LoadMethod { cache, .. } => {
            cache < code.caches
        }
        I::Call { arguments, keywords } | I::CallMethod { arguments, keywords } => {
            let names = keywords.checked_sub(1).map_or(Some(0), |index| Some(code.keywords.get(index as usize)?.len()));
            names.is_some_and(|names| names <= arguments as usize)
        }
        I::CallStar { keywords } => keywords as usize <= code.keywords.len(),
        I::MakeFunction { code: number, cells, .. } | I::MakeClass { code: number, cells, .. } => {
            code.functions.get(number as usize).is_some_and(|inner| inner.free == u32::from(cells))
        }
        I::BuildSlice(count) => matches!(count, 2 | 3),
        I::Raise(count) => count <= 2,
        I::Copy(depth) => depth >= 1,
        I::Swap(depth) => depth >= 2,
        _ => true,
    };
    if right { Ok(()) } else { Err("there is no such number") }
}

fn depths(code: &Code) -> Result<(), String> {
    let mut depths: Vec<Option<i64>> = vec![None; code.instructions.len()];
    let mut waiting = vec![(0, 0)];
    while let Some((at, depth)) = waiting.pop() {
        let Some(known) = depths.get_mut(at) else { return Err("the end is reached".into()) };
        if let Some(known) = *known {
            if known != depth {
                return Err(format!("{at} is reached with {known} and with {depth} operands"));
            }
            continue;
        }
        *known = Some(depth);
        let instruction = code.instructions[at];
        let after = depth + flow::effect(instruction, &code.keywords);
        if depth > i64::from(code.depth) || depth < i64::from(flow::reach(instruction, &code.keywords)) || after < 0 {
            return Err(format!("{at} {instruction:?} with {depth} operands"));
        }
        if let Some(handler) = code.handlers.iter().find(|it| (it.start..it.end).contains(&(at as u32))) {
            if i64::from(handler.depth) > depth {
                return Err(format!("{at} {instruction:?} has fewer operands than its handler keeps"));
            }
            waiting.push((handler.target as usize, i64::from(handler.depth) + 1));
        }
        if let Some((target, effect)) = flow::jump(instruction) {
            waiting.push((target as usize, depth + effect));
        }
        if !flow::ends(instruction) {
            waiting.push((at + 1, after));
        }
    }
    match depths.iter().position(Option::is_none) {
        Some(at) => Err(format!("{at} is never reached")),
        None => Ok(()),
    }
}
