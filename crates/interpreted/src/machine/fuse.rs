//! Instructions that often follow each other, made one: what is saved is the way from one instruction to the next.

use crate::bytecode::{BinaryOperator, Code, Fused, Instruction};

/// The instructions as the loop executes them. Positions stay what they are: a fused instruction stands where its first one was,
/// and the others are still there for whoever jumps to them.
pub(crate) fn fused(code: &Code) -> Box<[Instruction]> {
    let plain = &code.instructions;
    (0..plain.len()).map(|position| fuse(&plain[position..]).map_or(plain[position], Instruction::Fused)).collect()
}

// ANCHOR: fuse
fn fuse(instructions: &[Instruction]) -> Option<Fused> {
    use Instruction as I;
    let small = |slot: u32| u16::try_from(slot).ok();
    Some(match *instructions {
        [I::LoadFast(list), I::LoadFast(index), I::Subscript, ..] => Fused::Element(small(list)?, small(index)?),
        [I::LoadFast(list), I::LoadFast(index), I::StoreSubscript, ..] => {
            Fused::StoreElement(small(list)?, small(index)?)
        }
        [I::LoadFast(left), I::LoadFast(right), I::Multiply, ..] => Fused::Product(small(left)?, small(right)?),
        [I::LoadFast(slot), I::Add, ..] => Fused::Operate(BinaryOperator::Add, small(slot)?),
        [I::LoadFast(slot), I::Subtract, ..] => Fused::Operate(BinaryOperator::Subtract, small(slot)?),
        [I::LoadFast(slot), I::Multiply, ..] => Fused::Operate(BinaryOperator::Multiply, small(slot)?),
        // What begins with the second one may be worth more.
        [I::LoadFast(_), I::LoadFast(second), ref rest @ ..] if fuse_from(second, rest) => return None,
        [I::LoadFast(first), I::LoadFast(second), ..] => Fused::LoadPair(small(first)?, small(second)?),
        [I::StoreFast(_), I::LoadFast(second), ref rest @ ..] if fuse_from(second, rest) => return None,
        [I::StoreFast(stored), I::LoadFast(loaded), ..] => Fused::StoreLoad(small(stored)?, small(loaded)?),
        [I::Compare(comparison), I::PopJumpIfFalse(target), ..] => Fused::CompareJump(comparison, false, target),
        [I::Compare(comparison), I::PopJumpIfTrue(target), ..] => Fused::CompareJump(comparison, true, target),
        [I::ForIterator(target), I::StoreFast(slot), ..] => Fused::ForStore(small(slot)?, target),
        _ => return None,
    })
}
// ANCHOR_END: fuse

/// Whether loading a local begins something better than a pair of loads.
fn fuse_from(slot: u32, rest: &[Instruction]) -> bool {
    let mut instructions = vec![Instruction::LoadFast(slot)];
    instructions.extend(rest.iter().take(2));
    matches!(
        fuse(&instructions),
        Some(Fused::Element(..) | Fused::StoreElement(..) | Fused::Product(..) | Fused::Operate(..))
    )
}
