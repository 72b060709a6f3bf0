//! Operators of integers and floating-point numbers, as Python means them.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{self, InstBuilder, types};

use crate::bytecode::{BinaryOperator, Comparison, UnaryOperator};
use crate::native::emit::Emitter;
use crate::native::held::Operand;
use crate::native::rules::{self, is_whole};
use crate::native::{Problem, Reason, helpers};
use crate::types::Type;
use crate::value::Value;

/// Beyond this a float does not have every integer.
const EXACT: i64 = 1 << 53;

impl Emitter<'_, '_> {
    /// A whole number as an integer.
    pub(super) fn whole(&mut self, operand: Operand) -> ir::Value {
        let operand = self.widen(operand, operand.kind.widened());
        match operand.kind {
            Type::Bool => self.builder.ins().uextend(types::I64, operand.parts[0]),
            _ => operand.parts[0],
        }
    }

    /// A real number as a float, rounded as Python rounds.
    pub(super) fn real(&mut self, operand: Operand) -> ir::Value {
        if let Type::Constant(Value::Int(number)) = operand.kind {
            return self.builder.ins().f64const(number as f64);
        }
        let operand = self.widen(operand, operand.kind.widened());
        if is_whole(operand.kind) {
            let whole = self.whole(operand);
            return self.builder.ins().fcvt_from_sint(types::F64, whole);
        }
        operand.parts[0]
    }

    /// Leaves unless every integer near this one is a float.
    fn guard_exact(&mut self, whole: ir::Value) {
        let shifted = self.builder.ins().iadd_imm_s(whole, EXACT);
        let inside = self.builder.ins().icmp_imm_s(IntCC::UnsignedLessThanOrEqual, shifted, 2 * EXACT);
        self.guard(inside, Reason::Overflow);
    }

    /// `left right -> result`
    pub(super) fn binary(&mut self, operator: BinaryOperator) -> Result<(), Problem> {
        let right = self.pop();
        let left = self.pop();
        let result = match rules::binary(operator, left.kind, right.kind) {
            Some(Type::Complex) => self.complex_binary(operator, left, right),
            Some(Type::Bool) => self.bool_binary(operator, left, right),
            Some(Type::Float) if is_whole(left.kind) && is_whole(right.kind) => self.divide_whole(left, right),
            Some(Type::Float) => self.real_binary(operator, left, right),
            Some(_) => self.whole_binary(operator, left, right),
            None => return Err(Problem::Instruction(self.position(), "an operator of numbers without numbers")),
        };
        self.push(result);
        Ok(())
    }

    fn bool_binary(&mut self, operator: BinaryOperator, left: Operand, right: Operand) -> Operand {
        let left = self.widen(left, Type::Bool).parts[0];
        let right = self.widen(right, Type::Bool).parts[0];
        let result = match operator {
            BinaryOperator::And => self.builder.ins().band(left, right),
            BinaryOperator::Or => self.builder.ins().bor(left, right),
            _ => self.builder.ins().bxor(left, right),
        };
        Operand::new(Type::Bool, &[result])
    }

    fn whole_binary(&mut self, operator: BinaryOperator, left: Operand, right: Operand) -> Operand {
        use BinaryOperator as O;
        let exponent = right.kind;
        let (left, right) = (self.whole(left), self.whole(right));
        let result = match operator {
            O::Add => {
                let result = self.builder.ins().sadd_overflow(left, right);
                self.unless_overflow(result)
            }
            O::Subtract => {
                let result = self.builder.ins().ssub_overflow(left, right);
                self.unless_overflow(result)
            }
            O::Multiply => self.multiply_whole(left, right),
            O::FloorDivide | O::Modulo => self.floor_divide(operator, left, right),
            O::Power => match exponent {
                Type::Constant(Value::Int(0)) => self.number(1),
                Type::Constant(Value::Int(1)) => left,
                Type::Constant(Value::Int(2)) => self.multiply_whole(left, left),
                _ => {
                    let square = self.multiply_whole(left, left);
                    self.multiply_whole(square, left)
                }
            },
            O::LeftShift => {
                let inside = self.builder.ins().icmp_imm_s(IntCC::UnsignedLessThan, right, 64);
                self.guard(inside, Reason::Overflow);
                let shifted = self.builder.ins().ishl(left, right);
                let back = self.builder.ins().sshr(shifted, right);
                let same = self.builder.ins().icmp(IntCC::Equal, back, left);
                self.guard(same, Reason::Overflow);
                shifted
            }
            O::RightShift => {
                let negative = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, right, 0);
                self.guard_not(negative, Reason::Domain);
                // The processor takes counts modulo 64; beyond 63 the sign is all that is left.
                let most = self.number(63);
                let count = self.builder.ins().umin(right, most);
                self.builder.ins().sshr(left, count)
            }
            O::And => self.builder.ins().band(left, right),
            O::Or => self.builder.ins().bor(left, right),
            O::Xor | O::TrueDivide => self.builder.ins().bxor(left, right),
        };
        Operand::new(Type::Int, &[result])
    }

    fn unless_overflow(&mut self, (result, overflow): (ir::Value, ir::Value)) -> ir::Value {
        self.guard_not(overflow, Reason::Overflow);
        result
    }

    fn multiply_whole(&mut self, left: ir::Value, right: ir::Value) -> ir::Value {
        let result = self.builder.ins().smul_overflow(left, right);
        self.unless_overflow(result)
    }

    /// The processor rounds towards zero, Python down: where the remainder's sign is not the divisor's, one is to be corrected.
    fn floor_divide(&mut self, operator: BinaryOperator, left: ir::Value, right: ir::Value) -> ir::Value {
        let not_zero = self.builder.ins().icmp_imm_s(IntCC::NotEqual, right, 0);
        self.guard(not_zero, Reason::ZeroDivision);
        // The lowest integer divided by -1 does not fit; the interpreter does every division by -1.
        let not_negative_one = self.builder.ins().icmp_imm_s(IntCC::NotEqual, right, -1);
        self.guard(not_negative_one, Reason::Overflow);
        let remainder = self.builder.ins().srem(left, right);
        let signs = self.builder.ins().bxor(remainder, right);
        let differ = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
        let rest = self.builder.ins().icmp_imm_s(IntCC::NotEqual, remainder, 0);
        let correct = self.builder.ins().band(differ, rest);
        if operator == BinaryOperator::Modulo {
            let corrected = self.builder.ins().iadd(remainder, right);
            return self.builder.ins().select(correct, corrected, remainder);
        }
        let quotient = self.builder.ins().sdiv(left, right);
        let correction = self.builder.ins().uextend(types::I64, correct);
        self.builder.ins().isub(quotient, correction)
    }

    /// `/` of integers: exact where both are floats, so that there is one rounding only.
    fn divide_whole(&mut self, left: Operand, right: Operand) -> Operand {
        let (whole, divisor) = (self.whole(left), self.whole(right));
        let not_zero = self.builder.ins().icmp_imm_s(IntCC::NotEqual, divisor, 0);
        self.guard(not_zero, Reason::ZeroDivision);
        for (operand, number) in [(left, whole), (right, divisor)] {
            if !matches!(operand.kind, Type::Constant(Value::Int(number)) if number.abs() <= EXACT) {
                self.guard_exact(number);
            }
        }
        let (left, right) = (self.real(left), self.real(right));
        let result = self.builder.ins().fdiv(left, right);
        Operand::new(Type::Float, &[result])
    }

    fn real_binary(&mut self, operator: BinaryOperator, left: Operand, right: Operand) -> Operand {
        use BinaryOperator as O;
        let (left, right) = (self.real(left), self.real(right));
        if matches!(operator, O::TrueDivide | O::FloorDivide | O::Modulo) {
            self.guard_not_zero(right);
        }
        let result = match operator {
            O::Add => self.builder.ins().fadd(left, right),
            O::Subtract => self.builder.ins().fsub(left, right),
            O::Multiply => self.builder.ins().fmul(left, right),
            O::TrueDivide => self.builder.ins().fdiv(left, right),
            O::FloorDivide => self.call_real(helpers::floor_divide as *const () as i64, &[left, right]),
            O::Modulo => self.call_real(helpers::modulo as *const () as i64, &[left, right]),
            _ => {
                let result = self.call_real(helpers::power as *const () as i64, &[left, right]);
                // Too large, zero to a negative power, or a root of a negative number: the interpreter knows what that means.
                self.guard_finite(result);
                result
            }
        };
        Operand::new(Type::Float, &[result])
    }

    pub(super) fn guard_not_zero(&mut self, number: ir::Value) {
        let zero = self.builder.ins().f64const(0.0);
        let not_zero = self.builder.ins().fcmp(FloatCC::NotEqual, number, zero);
        self.guard(not_zero, Reason::ZeroDivision);
    }

    pub(super) fn guard_finite(&mut self, number: ir::Value) {
        let size = self.builder.ins().fabs(number);
        let most = self.builder.ins().f64const(f64::MAX);
        let finite = self.builder.ins().fcmp(FloatCC::LessThanOrEqual, size, most);
        self.guard(finite, Reason::Domain);
    }

    /// Calls a function of floats.
    pub(super) fn call_real(&mut self, address: i64, arguments: &[ir::Value]) -> ir::Value {
        let parameters = vec![types::F64; arguments.len()];
        self.call(address, &parameters, &[types::F64], arguments)[0]
    }

    /// `value -> result`
    pub(super) fn unary(&mut self, operator: UnaryOperator) {
        let operand = self.pop();
        let operand = self.widen(operand, operand.kind.widened());
        let result = match (operand.kind, operator) {
            (_, UnaryOperator::Positive) if !is_whole(operand.kind) => operand,
            (Type::Float, _) => {
                let result = self.builder.ins().fneg(operand.parts[0]);
                Operand::new(Type::Float, &[result])
            }
            (Type::Complex, _) => {
                let real = self.builder.ins().fneg(operand.parts[0]);
                let imaginary = self.builder.ins().fneg(operand.parts[1]);
                Operand::new(Type::Complex, &[real, imaginary])
            }
            (_, UnaryOperator::Positive) => {
                let whole = self.whole(operand);
                Operand::new(Type::Int, &[whole])
            }
            (_, UnaryOperator::Negative) => {
                let (zero, whole) = (self.number(0), self.whole(operand));
                let result = self.builder.ins().ssub_overflow(zero, whole);
                let result = self.unless_overflow(result);
                Operand::new(Type::Int, &[result])
            }
            (_, UnaryOperator::Invert) => {
                let whole = self.whole(operand);
                let result = self.builder.ins().bnot(whole);
                Operand::new(Type::Int, &[result])
            }
        };
        self.push(result);
    }

    /// `value -> bool`
    pub(super) fn not(&mut self) {
        let operand = self.pop();
        let truth = self.truth(operand);
        let result = self.builder.ins().icmp_imm_s(IntCC::Equal, truth, 0);
        self.push(Operand::new(Type::Bool, &[result]));
    }

    /// `left right -> bool`, where one of them is known to be `None`.
    pub(super) fn is(&mut self, negated: bool) {
        let right = self.pop();
        let left = self.pop();
        let other = if rules::is_none(right.kind) { left } else { right };
        let same = match other.kind {
            Type::Unknown => {
                let tag = self.builder.ins().ireduce(types::I8, other.parts[0]);
                self.builder.ins().icmp_imm_s(IntCC::Equal, tag, i64::from(Value::None.tag()))
            }
            kind => self.builder.ins().iconst(types::I8, i64::from(rules::is_none(kind))),
        };
        let result = self.builder.ins().bxor_imm_u(same, i64::from(negated));
        self.push(Operand::new(Type::Bool, &[result]));
    }

    /// `left right -> bool` of numbers.
    pub(super) fn compare(&mut self, comparison: Comparison) {
        let right = self.pop();
        let left = self.pop();
        let result = if left.kind.widened() == Type::Complex || right.kind.widened() == Type::Complex {
            self.complex_equal(comparison, left, right)
        } else if is_whole(left.kind) && is_whole(right.kind) {
            let (left, right) = (self.whole(left), self.whole(right));
            self.builder.ins().icmp(whole_condition(comparison), left, right)
        } else {
            let (left, right) = (self.comparable(left), self.comparable(right));
            self.builder.ins().fcmp(real_condition(comparison), left, right)
        };
        self.push(Operand::new(Type::Bool, &[result]));
    }

    /// A real number as a float that is equal to it; Python compares integers and floats exactly.
    pub(super) fn comparable(&mut self, operand: Operand) -> ir::Value {
        let exact = matches!(operand.kind, Type::Constant(Value::Int(number)) if number.abs() <= EXACT);
        if operand.kind.widened() == Type::Int && !exact {
            let whole = self.whole(operand);
            self.guard_exact(whole);
        }
        self.real(operand)
    }
}

fn whole_condition(comparison: Comparison) -> IntCC {
    match comparison {
        Comparison::Less => IntCC::SignedLessThan,
        Comparison::LessEqual => IntCC::SignedLessThanOrEqual,
        Comparison::Equal => IntCC::Equal,
        Comparison::NotEqual => IntCC::NotEqual,
        Comparison::Greater => IntCC::SignedGreaterThan,
        Comparison::GreaterEqual => IntCC::SignedGreaterThanOrEqual,
    }
}

pub(super) fn real_condition(comparison: Comparison) -> FloatCC {
    match comparison {
        Comparison::Less => FloatCC::LessThan,
        Comparison::LessEqual => FloatCC::LessThanOrEqual,
        Comparison::Equal => FloatCC::Equal,
        Comparison::NotEqual => FloatCC::NotEqual,
        Comparison::Greater => FloatCC::GreaterThan,
        Comparison::GreaterEqual => FloatCC::GreaterThanOrEqual,
    }
}
