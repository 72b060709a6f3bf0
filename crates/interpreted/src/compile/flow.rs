//! How an instruction changes the stack and where it goes on.

use crate::bytecode::Instruction;
use crate::names::Symbol;

/// How many operands there are more, or fewer, after an instruction that does not jump. `keywords` are those of its code.
pub(crate) fn effect(instruction: Instruction, keywords: &[Box<[Symbol]>]) -> i64 {
    use Instruction as I;
    match instruction {
        I::LoadConst(_)
        | I::LoadFast(_)
        | I::LoadClosure(_)
        | I::LoadDeref(_)
        | I::LoadGlobal { .. }
        | I::LoadName { .. }
        | I::Copy(_)
        | I::LoadMethod { .. }
        | I::ForIterator(_)
        | I::PushHandled
        | I::LoadAssertionError
        | I::ImportModule(_)
        | I::ImportFrom(_) => 1,
        I::DeleteFast(_)
        | I::MakeCell(_)
        | I::DeleteDeref(_)
        | I::DeleteGlobal { .. }
        | I::Swap(_)
        | I::Unary(_)
        | I::Not
        | I::LoadAttribute { .. }
        | I::Jump(_)
        | I::JumpBackward(_)
        | I::GetIterator
        | I::ListToTuple
        | I::ConstantSet
        | I::EndClass
        | I::MakeGenerator
        | I::MatchException
        | I::Nop
        | I::FusedLoadPair(..)
        | I::FusedElement(..)
        | I::FusedStoreElement(..)
        | I::FusedOperate(..)
        | I::FusedProduct(..)
        | I::FusedStoreLoad(..)
        | I::FusedCompareJump(..)
        | I::FusedForStore(..) => 0,
        I::StoreFast(_)
        | I::StoreDeref(_)
        | I::StoreGlobal { .. }
        | I::PopTop
        | I::Add
        | I::Subtract
        | I::Multiply
        | I::Binary(_)
        | I::InPlace(_)
        | I::Compare(_)
        | I::Is(_)
        | I::Contains(_)
        | I::Subscript
        | I::DeleteAttribute(_)
        | I::PopJumpIfFalse(_)
        | I::PopJumpIfTrue(_)
        | I::JumpIfFalseOrPop(_)
        | I::JumpIfTrueOrPop(_)
        | I::ListAppend(_)
        | I::SetAdd(_)
        | I::ListExtend(_)
        | I::SetExtend(_)
        | I::Return
        | I::Yield
        | I::PopHandled
        | I::Reraise => -1,
        I::StoreAttribute { .. } | I::DeleteSubscript | I::DictAdd(_) => -2,
        I::StoreSubscript => -3,
        I::BuildSlice(count)
        | I::BuildList(count)
        | I::BuildTuple(count)
        | I::BuildSet(count)
        | I::BuildString(count) => 1 - i64::from(count),
        I::BuildDict(count) => 1 - 2 * i64::from(count),
        I::FormatValue { spec, .. } => -i64::from(spec),
        I::UnpackSequence(count) => i64::from(count) - 1,
        I::UnpackExtended { before, after } => i64::from(before) + i64::from(after),
        I::Call { arguments, .. } => -i64::from(arguments),
        I::CallMethod { arguments, .. } => -1 - i64::from(arguments),
        I::CallStar { keywords: number } => {
            let named = (number as usize).checked_sub(1).map_or(0, |index| keywords[index].len());
            -1 - named as i64
        }
        I::MakeFunction { defaults, cells, .. } => 1 - i64::from(defaults) - i64::from(cells),
        I::MakeClass { base, cells, .. } => 1 - i64::from(base) - i64::from(cells),
        I::Raise(count) => -i64::from(count),
    }
}

/// Where an instruction may jump, and how many operands there are more, or fewer, then.
pub(crate) fn jump(instruction: Instruction) -> Option<(u32, i64)> {
    use Instruction as I;
    match instruction {
        I::Jump(target) | I::JumpBackward(target) | I::JumpIfFalseOrPop(target) | I::JumpIfTrueOrPop(target) => {
            Some((target, 0))
        }
        I::PopJumpIfFalse(target) | I::PopJumpIfTrue(target) | I::ForIterator(target) => Some((target, -1)),
        _ => None,
    }
}

/// The same instruction with another target of its jump.
pub(crate) fn with_target(instruction: Instruction, target: u32) -> Instruction {
    use Instruction as I;
    match instruction {
        I::Jump(_) => I::Jump(target),
        I::JumpBackward(_) => I::JumpBackward(target),
        I::JumpIfFalseOrPop(_) => I::JumpIfFalseOrPop(target),
        I::JumpIfTrueOrPop(_) => I::JumpIfTrueOrPop(target),
        I::PopJumpIfFalse(_) => I::PopJumpIfFalse(target),
        I::PopJumpIfTrue(_) => I::PopJumpIfTrue(target),
        I::ForIterator(_) => I::ForIterator(target),
        other => other,
    }
}

/// Whether the next instruction is never executed after this one.
pub(crate) fn ends(instruction: Instruction) -> bool {
    matches!(
        instruction,
        Instruction::Jump(_)
            | Instruction::JumpBackward(_)
            | Instruction::Return
            | Instruction::EndClass
            | Instruction::Raise(_)
            | Instruction::Reraise
    )
}
