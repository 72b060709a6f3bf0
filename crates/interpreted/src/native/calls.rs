//! Calls of built-in functions that the compiler knows.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, types};

use crate::native::Intrinsic;
use crate::native::emit::Emitter;
use crate::native::flow::State;
use crate::native::held::Operand;
use crate::native::rules::{Action, has_truth, is_real, is_whole};
use crate::native::{Problem, Reason, helpers, squares};
use crate::types::Type;
use crate::value::Value;

/// The first float that is too large for an integer.
const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;

/// The type of the result of a call with the topmost operands, where there is machine code for it.
pub(super) fn result(intrinsic: Intrinsic, arguments: u32, state: &State) -> Option<Type> {
    let kinds: Vec<Type> = (1..=arguments).rev().map(|depth| state.top(depth).widened()).collect();
    match (intrinsic, &kinds[..]) {
        (Intrinsic::Abs, &[kind]) if is_whole(kind) => Some(Type::Int),
        (Intrinsic::Abs, [Type::Float | Type::Complex]) => Some(Type::Float),
        (Intrinsic::Len, [Type::List]) => Some(Type::Int),
        (Intrinsic::Int, &[kind]) if is_real(kind) => Some(Type::Int),
        (Intrinsic::Float, &[kind]) if is_real(kind) => Some(Type::Float),
        (Intrinsic::Bool, &[kind]) if has_truth(kind) => Some(Type::Bool),
        (Intrinsic::Complex, &[kind]) if is_real(kind) || kind == Type::Complex => Some(Type::Complex),
        (Intrinsic::Complex, &[real, imaginary]) if is_real(real) && is_real(imaginary) => Some(Type::Complex),
        (Intrinsic::Min | Intrinsic::Max, [Type::Int, Type::Int]) => Some(Type::Int),
        (Intrinsic::Min | Intrinsic::Max, [Type::Float, Type::Float]) => Some(Type::Float),
        (Intrinsic::Atan2, &[y, x]) if is_real(y) && is_real(x) => Some(Type::Float),
        (_, &[kind]) if is_real(kind) && function_of_one(intrinsic).is_some() => Some(Type::Float),
        _ => None,
    }
}

/// The step of a range made of the topmost operands, where the compiler can go through it.
pub(super) fn range_step(arguments: u32, state: &State) -> Option<i32> {
    let whole = (1..=arguments).all(|depth| is_whole(state.top(depth)));
    match (arguments, state.top(1)) {
        (1 | 2, _) if whole => Some(1),
        (3, Type::Constant(Value::Int(step @ (1 | -1)))) if whole => Some(step as i32),
        _ => None,
    }
}

/// A function of one float.
fn function_of_one(intrinsic: Intrinsic) -> Option<i64> {
    let function: extern "C" fn(f64) -> f64 = match intrinsic {
        Intrinsic::Sqrt => helpers::sqrt,
        Intrinsic::Sin => helpers::sin,
        Intrinsic::Cos => helpers::cos,
        Intrinsic::Tan => helpers::tan,
        Intrinsic::Asin => helpers::asin,
        Intrinsic::Acos => helpers::acos,
        Intrinsic::Atan => helpers::atan,
        Intrinsic::Sinh => helpers::sinh,
        Intrinsic::Cosh => helpers::cosh,
        Intrinsic::Tanh => helpers::tanh,
        Intrinsic::Exp => helpers::exp,
        Intrinsic::Log => helpers::log,
        Intrinsic::Log10 => helpers::log10,
        Intrinsic::Log2 => helpers::log2,
        Intrinsic::Fabs => helpers::fabs,
        _ => return None,
    };
    Some(function as *const () as i64)
}

impl Emitter<'_, '_> {
    /// `callable arguments... -> result`; `taken` operands altogether.
    pub(super) fn call_intrinsic(&mut self, arguments: u32, taken: u32) -> Result<(), Problem> {
        let position = self.position();
        let problem = Problem::Instruction(position, "a call of a function that is not known");
        let count = self.holding.stack.len();
        let operands: Vec<Operand> = (0..taken).map(|_| self.pop()).collect();
        let callee = operands.last().map_or(Type::Unknown, |callee| callee.kind);
        let intrinsic = self.rules.intrinsic(callee).ok_or(problem.clone())?;
        if intrinsic == Intrinsic::Append {
            self.append(operands[1], operands[0]);
            self.push(Operand::constant(Value::None));
            return Ok(());
        }
        let mut operands: Vec<Operand> = operands.into_iter().take(arguments as usize).collect();
        operands.reverse();
        if let Action::NativeWith { .. } = self.flow.actions[position as usize] {
            if intrinsic == Intrinsic::Range {
                let iterator = self.range(&operands);
                self.push(iterator);
                return Ok(());
            }
            let below = count.checked_sub(3).map(|below| self.kind_at(below));
            let kinds = [operands[0].kind, below.unwrap_or(Type::Unknown)];
            let pattern = squares::pattern(&self.rules, position, self.end, intrinsic, kinds).ok_or(problem)?;
            self.take(pattern.below);
            self.compare_by_squares(pattern, operands[0]);
            return Ok(());
        }
        let result = self.intrinsic(intrinsic, &operands).ok_or(problem)?;
        self.push(result);
        Ok(())
    }

    fn intrinsic(&mut self, intrinsic: Intrinsic, operands: &[Operand]) -> Option<Operand> {
        let wide: Vec<Operand> = operands.iter().map(|&operand| self.widen(operand, operand.kind.widened())).collect();
        let first = *wide.first()?;
        Some(match intrinsic {
            Intrinsic::Abs => self.absolute(first),
            Intrinsic::Len => {
                let length = self.list_length(first.parts[0]);
                Operand::new(Type::Int, &[length])
            }
            Intrinsic::Int if first.kind == Type::Float => self.truncate(first),
            Intrinsic::Int => {
                let whole = self.whole(first);
                Operand::new(Type::Int, &[whole])
            }
            Intrinsic::Float => {
                let real = self.real(first);
                Operand::new(Type::Float, &[real])
            }
            Intrinsic::Bool => {
                let truth = self.truth(first);
                Operand::new(Type::Bool, &[truth])
            }
            Intrinsic::Complex => {
                let (real, zero) = self.complex(first);
                let imaginary = match wide.get(1) {
                    Some(&imaginary) => self.real(imaginary),
                    None => zero,
                };
                Operand::new(Type::Complex, &[real, imaginary])
            }
            Intrinsic::Min | Intrinsic::Max => self.extreme(intrinsic == Intrinsic::Max, first, *wide.get(1)?),
            Intrinsic::Atan2 => {
                let (y, x) = (self.real(first), self.real(*wide.get(1)?));
                let result = self.call_real(helpers::atan2 as *const () as i64, &[y, x]);
                self.guard_finite(result);
                Operand::new(Type::Float, &[result])
            }
            _ => {
                let argument = self.real(first);
                let result = match intrinsic {
                    Intrinsic::Sqrt => self.builder.ins().sqrt(argument),
                    Intrinsic::Fabs => self.builder.ins().fabs(argument),
                    _ => self.call_real(function_of_one(intrinsic)?, &[argument]),
                };
                // Outside of its domain the interpreter says what is wrong.
                self.guard_finite(result);
                Operand::new(Type::Float, &[result])
            }
        })
    }

    fn absolute(&mut self, operand: Operand) -> Operand {
        let result = match operand.kind {
            Type::Float => self.builder.ins().fabs(operand.parts[0]),
            Type::Complex => {
                let result = self.call_real(helpers::hypot as *const () as i64, &operand.parts[..2]);
                self.guard_finite(result);
                result
            }
            _ => {
                let whole = self.whole(operand);
                let zero = self.number(0);
                let (opposite, overflow) = self.builder.ins().ssub_overflow(zero, whole);
                self.guard_not(overflow, Reason::Overflow);
                let negative = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, whole, 0);
                let result = self.builder.ins().select(negative, opposite, whole);
                return Operand::new(Type::Int, &[result]);
            }
        };
        Operand::new(Type::Float, &[result])
    }

    /// `int` of a float.
    fn truncate(&mut self, operand: Operand) -> Operand {
        let number = operand.parts[0];
        let size = self.builder.ins().fabs(number);
        let most = self.builder.ins().f64const(TOO_LARGE);
        let fits = self.builder.ins().fcmp(FloatCC::LessThan, size, most);
        self.guard(fits, Reason::Overflow);
        let whole = self.builder.ins().fcvt_to_sint_sat(types::I64, number);
        Operand::new(Type::Int, &[whole])
    }

    /// The second where it is beyond the first, else the first.
    fn extreme(&mut self, largest: bool, first: Operand, second: Operand) -> Operand {
        let (a, b) = (first.parts[0], second.parts[0]);
        let beyond = match (first.kind, largest) {
            (Type::Float, true) => self.builder.ins().fcmp(FloatCC::GreaterThan, b, a),
            (Type::Float, false) => self.builder.ins().fcmp(FloatCC::LessThan, b, a),
            (_, true) => self.builder.ins().icmp(IntCC::SignedGreaterThan, b, a),
            (_, false) => self.builder.ins().icmp(IntCC::SignedLessThan, b, a),
        };
        let result = self.builder.ins().select(beyond, b, a);
        Operand::new(first.kind, &[result])
    }

    /// The iterator of a range.
    fn range(&mut self, operands: &[Operand]) -> Operand {
        let numbers: Vec<_> = operands.iter().map(|&operand| self.whole(operand)).collect();
        let (start, stop) = match numbers[..] {
            [stop] => (self.number(0), stop),
            [start, stop, ..] => (start, stop),
            [] => (self.number(0), self.number(0)),
        };
        let step = match operands.get(2) {
            Some(Operand { kind: Type::Constant(Value::Int(-1)), .. }) => -1,
            _ => 1,
        };
        // The end of a range without elements is its beginning.
        let stop = match step {
            1 => self.builder.ins().smax(start, stop),
            _ => self.builder.ins().smin(start, stop),
        };
        Operand::new(Type::RangeIterator(step), &[start, stop])
    }
}
