//! How an instruction changes the stack and where it goes on.

use crate::bytecode::Instruction;
use crate::names::Symbol;

/// How many operands an instruction takes and how many it puts there, when it does not jump. `keywords` are those of its code.
pub(crate) fn operands(instruction: Instruction, keywords: &[Box<[Symbol]>]) -> (u32, u32) {
    use Instruction as I;
    let named = |number: u32| match number {
        0 => 0,
        number => keywords[number as usize - 1].len() as u32,
    };
    match instruction {
        I::LoadConst(_)
        | I::LoadFast(_)
        | I::LoadClosure(_)
        | I::LoadDeref(_)
        | I::LoadGlobal { .. }
        | I::LoadName { .. }
        | I::Copy(_)
        | I::ForIterator(_)
        | I::LoadAssertionError
        | I::ImportModule(_) => (0, 1),
        I::StoreFast(_)
        | I::StoreDeref(_)
        | I::StoreGlobal { .. }
        | I::PopTop
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
        | I::Reraise => (1, 0),
        I::DeleteFast(_)
        | I::MakeCell(_)
        | I::DeleteDeref(_)
        | I::DeleteGlobal { .. }
        | I::Swap(_)
        | I::Jump(_)
        | I::JumpBackward(_)
        | I::EndClass
        | I::MakeGenerator
        | I::Nop
        | I::FusedLoadPair(..)
        | I::FusedElement(..)
        | I::FusedStoreElement(..)
        | I::FusedOperate(..)
        | I::FusedProduct(..)
        | I::FusedStoreLoad(..)
        | I::FusedCompareJump(..)
        | I::FusedForStore(..) => (0, 0),
        I::Unary(_) | I::Not | I::LoadAttribute { .. } | I::GetIterator | I::ListToTuple | I::ConstantSet => (1, 1),
        I::Add
        | I::Subtract
        | I::Multiply
        | I::Binary(_)
        | I::InPlace(_)
        | I::Compare(_)
        | I::Is(_)
        | I::Contains(_)
        | I::Subscript => (2, 1),
        I::StoreSubscript => (3, 0),
        I::DeleteSubscript | I::StoreAttribute { .. } | I::DictAdd(_) => (2, 0),
        I::LoadMethod { .. } | I::ImportFrom(_) | I::PushHandled => (1, 2),
        I::MatchException => (2, 2),
        I::BuildSlice(count)
        | I::BuildList(count)
        | I::BuildTuple(count)
        | I::BuildSet(count)
        | I::BuildString(count) => (count, 1),
        I::BuildDict(pairs) => (2 * pairs, 1),
        I::FormatValue { spec, .. } => (1 + u32::from(spec), 1),
        I::UnpackSequence(count) => (1, count),
        I::UnpackExtended { before, after } => (1, u32::from(before) + 1 + u32::from(after)),
        I::Call { arguments, .. } => (arguments + 1, 1),
        I::CallMethod { arguments, .. } => (arguments + 2, 1),
        I::CallStar { keywords: number } => (2 + named(number), 1),
        I::MakeFunction { defaults, cells, .. } => (u32::from(defaults) + u32::from(cells), 1),
        I::MakeClass { base, cells, .. } => (u32::from(base) + u32::from(cells), 1),
        I::Raise(count) => (count, 0),
    }
}

/// How many operands there are more, or fewer, after an instruction that does not jump.
pub(crate) fn effect(instruction: Instruction, keywords: &[Box<[Symbol]>]) -> i64 {
    let (taken, put) = operands(instruction, keywords);
    i64::from(put) - i64::from(taken)
}

/// How many operands an instruction looks at, counted from the topmost: those that it takes, and those that it only reads or changes.
pub(crate) fn reach(instruction: Instruction, keywords: &[Box<[Symbol]>]) -> u32 {
    use Instruction as I;
    match instruction {
        I::Copy(depth) | I::Swap(depth) => depth,
        I::ListAppend(depth) | I::SetAdd(depth) | I::ListExtend(depth) | I::SetExtend(depth) => depth + 1,
        I::DictAdd(depth) => depth + 2,
        I::ForIterator(_) => 1,
        other => operands(other, keywords).0,
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
