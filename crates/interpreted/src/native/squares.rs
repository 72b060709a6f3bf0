//! `abs(z) > 2.0` without the root: which side of a limit an absolute value is on, by the sum of the squares.
//!
//! Let c be the limit, u = 2^-53, x and y the parts, r the exact sqrt(x*x + y*y), and s the computed sum of the squares.
//!
//! 1. Each product and the sum are rounded once: s = (x*x*(1 + d1) + y*y*(1 + d2)) * (1 + d3) + e with |d| <= u, where e is not 0
//!    only when a product underflows, and then |e| <= 2^-1073. So r*r lies between (s - |e|) / (1 + u)^2 and (s + |e|) / (1 - u)^2.
//! 2. The limits of the band are c*c*(1 - 32u) and c*c*(1 + 32u), each computed with an error of at most 2u of itself. c lies between
//!    2^-400 and 2^400, so that c*c is a normal number and e is less than 2^-250 of it: nothing.
//! 3. If s is at least the upper limit, r*r >= c*c * (1 + 32u) * (1 - 2u) / (1 + u)^2 > c*c * (1 + 26u), so r > c * (1 + 12u).
//!    If s is at most the lower limit, r*r < c*c * (1 - 26u), so r < c * (1 - 13u) < c * (1 - 12u).
//! 4. A `hypot` that is wrong by at most 1 ulp gives h with |h - r| <= 2u * r (glibc, musl and Apple's are within 1 ulp; 5 would do).
//!    So h > c in the first case, h < c in the second, and no comparison of h with c can come out otherwise.
//! 5. If s is infinite or not a number, or lies between the limits, `hypot` itself is called. Infinite parts, and parts of which the
//!    absolute value is too large for a float (Python raises an error), are among these: their s is infinite.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{self, Block, InstBuilder, types};

use crate::bytecode::{Comparison, Instruction};
use crate::native::arithmetic::real_condition;
use crate::native::code::fields;
use crate::native::emit::Emitter;
use crate::native::held::Operand;
use crate::native::rules::Rules;
use crate::native::{Intrinsic, Reason, near};
use crate::types::Type;
use crate::value::Value;

/// Half the width of the band around the square of the limit, relative to it: 32 times 2^-53.
pub const BAND: f64 = 1.0 / (1_u64 << 48) as f64;
/// 2^400: limits between it and its inverse have squares that are normal numbers.
const LARGEST: f64 = 2.582_249_878_086_908_6e120;

/// A comparison of an absolute value with a constant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pattern {
    comparison: Comparison,
    limit: f64,
    /// How many instructions after the call belong to it.
    pub(super) skipped: u32,
    /// How many operands below the callable belong to it.
    pub(super) below: u32,
}

/// A comparison that has been begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    comparison: Comparison,
    limit: f64,
    real: ir::Value,
    imaginary: ir::Value,
    exit: Block,
}

/// The pattern that begins with this call, if one does. `kinds`: of the argument, and of the operand below the callable.
pub(super) fn pattern(
    rules: &Rules<'_>,
    position: u32,
    end: u32,
    intrinsic: Intrinsic,
    kinds: [Type; 2],
) -> Option<Pattern> {
    let code = rules.unit.code;
    let call = Instruction::Call { arguments: 1, keywords: 0 };
    if !rules.unit.options.squares
        || intrinsic != Intrinsic::Abs
        || kinds[0].widened() != Type::Complex
        || code.instructions[position as usize] != call
    {
        return None;
    }
    let found = match (rules.within(position + 1, end)?, rules.within(position + 2, end)) {
        (Instruction::LoadConst(index), Some(Instruction::Compare(comparison))) => {
            let limit = limit(code.constants[index as usize])?;
            Pattern { comparison, limit, skipped: 2, below: 0 }
        }
        (Instruction::Compare(comparison), _) => {
            let Type::Constant(value) = kinds[1] else { return None };
            Pattern { comparison: mirrored(comparison), limit: limit(value)?, skipped: 1, below: 1 }
        }
        _ => return None,
    };
    (found.limit >= 1.0 / LARGEST && found.limit <= LARGEST).then_some(found)
}

fn limit(value: Value) -> Option<f64> {
    match value {
        Value::Float(limit) => Some(limit),
        Value::Int(limit) if (limit as f64) as i128 == i128::from(limit) => Some(limit as f64),
        _ => None,
    }
}

/// The comparison with its sides exchanged.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessEqual => Comparison::GreaterEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterEqual => Comparison::LessEqual,
        same => same,
    }
}

impl Emitter<'_, '_> {
    /// Begins a comparison. A conditional jump right behind it ends it; else it is ended here, with a truth as its result.
    pub(super) fn compare_by_squares(&mut self, pattern: Pattern, operand: Operand) {
        let (real, imaginary) = self.complex(operand);
        let exit = self.exit(Reason::Domain);
        let pending = Pending { comparison: pattern.comparison, limit: pattern.limit, real, imaginary, exit };
        let behind = self.rules.within(self.position() + pattern.skipped + 1, self.end);
        if let Some(Instruction::PopJumpIfFalse(_) | Instruction::PopJumpIfTrue(_)) = behind {
            self.pending = Some(pending);
            self.push(Operand::new(Type::Bool, &[]));
            return;
        }
        let [yes, no, join] = [(); 3].map(|()| self.builder.create_block());
        let truth = self.builder.append_block_param(join, types::I8);
        self.branch_by_squares(pending, yes, no);
        for (block, truth) in [(yes, 1), (no, 0)] {
            self.builder.seal_block(block);
            self.builder.switch_to_block(block);
            let truth = self.builder.ins().iconst(types::I8, truth);
            self.builder.ins().jump(join, &[truth.into()]);
        }
        self.builder.seal_block(join);
        self.builder.switch_to_block(join);
        self.push(Operand::new(Type::Bool, &[truth]));
    }

    /// The absolute value, by `hypot`.
    fn absolute_near(&mut self, real: ir::Value, imaginary: ir::Value) -> ir::Value {
        let address = self.unit.near.as_ref().map_or(std::ptr::null(), |near| near.as_ptr());
        let signature = self.builder.import_signature(near::signature());
        let address = self.number(address as i64);
        self.builder.ins().call_indirect(signature, address, &[self.context, real, imaginary]);
        self.builder.ins().load(types::F64, self.memory.context, self.context, fields::NUMBER)
    }

    // ANCHOR: branch_by_squares
    /// Goes on at `yes` when the comparison holds, else at `no`.
    pub(super) fn branch_by_squares(&mut self, pending: Pending, yes: Block, no: Block) {
        let Pending { comparison, limit, real, imaginary, exit } = pending;
        let when = |holds: bool| if holds { yes } else { no };
        let below = when(matches!(comparison, Comparison::Less | Comparison::LessEqual | Comparison::NotEqual));
        let above = when(matches!(comparison, Comparison::Greater | Comparison::GreaterEqual | Comparison::NotEqual));
        let square = limit * limit;
        let [not_below, near] = [(); 2].map(|()| self.builder.create_block());
        self.builder.set_cold_block(near);

        let xx = self.builder.ins().fmul(real, real);
        let yy = self.builder.ins().fmul(imaginary, imaginary);
        let sum = self.builder.ins().fadd(xx, yy);
        let lower = self.builder.ins().f64const(square * (1.0 - BAND));
        let is_below = self.builder.ins().fcmp(FloatCC::LessThanOrEqual, sum, lower);
        self.builder.ins().brif(is_below, below, &[], not_below, &[]);

        self.builder.seal_block(not_below);
        self.builder.switch_to_block(not_below);
        let upper = self.builder.ins().f64const(square * (1.0 + BAND));
        let largest = self.builder.ins().f64const(f64::MAX);
        let is_above = self.builder.ins().fcmp(FloatCC::GreaterThanOrEqual, sum, upper);
        let is_finite = self.builder.ins().fcmp(FloatCC::LessThanOrEqual, sum, largest);
        let is_above = self.builder.ins().band(is_above, is_finite);
        self.builder.ins().brif(is_above, above, &[], near, &[]);

        self.builder.seal_block(near);
        self.builder.switch_to_block(near);
        let absolute = self.absolute_near(real, imaginary);
        let is_finite = self.builder.ins().fcmp(FloatCC::LessThanOrEqual, absolute, largest);
        let known = self.builder.create_block();
        self.builder.ins().brif(is_finite, known, &[], exit, &[]);
        self.builder.seal_block(known);
        self.builder.switch_to_block(known);
        let limit = self.builder.ins().f64const(limit);
        let holds = self.builder.ins().fcmp(real_condition(comparison), absolute, limit);
        self.builder.ins().brif(holds, yes, &[], no, &[]);
    }
    // ANCHOR_END: branch_by_squares
}
