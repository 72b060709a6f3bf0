//! Instructions that often follow each other, made one: what is saved is the way from one instruction to the next.

use crate::bytecode::{BinaryOperator, Code, Instruction};

/// The instructions as the loop executes them. Positions stay what they are: a fused instruction stands where its first one was,
/// and the others are still there, because a jump may lead to them.
pub(crate) fn fused(code: &Code) -> Box<[Instruction]> {
    let plain = &code.instructions;
    (0..plain.len()).map(|position| fuse(&plain[position..]).unwrap_or(plain[position])).collect()
}

// ANCHOR: fuse
fn fuse(instructions: &[Instruction]) -> Option<Instruction> {
    use Instruction as I;
    let small = |slot: u32| u16::try_from(slot).ok();
    Some(match *instructions {
        [I::LoadFast(list), I::LoadFast(index), I::Subscript, ..] => I::FusedElement(small(list)?, small(index)?),
        [I::LoadFast(list), I::LoadFast(index), I::StoreSubscript, ..] => {
            I::FusedStoreElement(small(list)?, small(index)?)
        }
        [I::LoadFast(left), I::LoadFast(right), I::Multiply, ..] => I::FusedProduct(small(left)?, small(right)?),
        [I::LoadFast(slot), I::Add, ..] => I::FusedOperate(BinaryOperator::Add, small(slot)?),
        [I::LoadFast(slot), I::Subtract, ..] => I::FusedOperate(BinaryOperator::Subtract, small(slot)?),
        [I::LoadFast(slot), I::Multiply, ..] => I::FusedOperate(BinaryOperator::Multiply, small(slot)?),
        // What begins with the second one may be worth more.
        [I::LoadFast(_), I::LoadFast(second), ref rest @ ..] if fuse_from(second, rest) => return None,
        [I::LoadFast(first), I::LoadFast(second), ..] => I::FusedLoadPair(small(first)?, small(second)?),
        [I::StoreFast(_), I::LoadFast(second), ref rest @ ..] if fuse_from(second, rest) => return None,
        [I::StoreFast(stored), I::LoadFast(loaded), ..] => I::FusedStoreLoad(small(stored)?, small(loaded)?),
        [I::Compare(comparison), I::PopJumpIfFalse(target), ..] => I::FusedCompareJump(comparison, false, target),
        [I::Compare(comparison), I::PopJumpIfTrue(target), ..] => I::FusedCompareJump(comparison, true, target),
        [I::ForIterator(target), I::StoreFast(slot), ..] => I::FusedForStore(small(slot)?, target),
        _ => return None,
    })
}
// ANCHOR_END: fuse

/// Whether loading a local begins something better than a pair of loads.
fn fuse_from(slot: u32, rest: &[Instruction]) -> bool {
    use Instruction as I;
    let mut instructions = vec![Instruction::LoadFast(slot)];
    instructions.extend(rest.iter().take(2));
    matches!(
        fuse(&instructions),
        Some(I::FusedElement(..) | I::FusedStoreElement(..) | I::FusedProduct(..) | I::FusedOperate(..))
    )
}
