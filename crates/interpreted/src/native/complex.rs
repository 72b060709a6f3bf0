//! Operators of complex numbers, with CPython's operations in CPython's order, so that every bit is equal.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{self, InstBuilder};

use crate::bytecode::{BinaryOperator, Comparison};
use crate::native::Reason;
use crate::native::emit::Emitter;
use crate::native::held::Operand;
use crate::types::Type;

/// Real and imaginary part.
type Pair = (ir::Value, ir::Value);

impl Emitter<'_, '_> {
    /// A number as a complex one.
    pub(super) fn complex(&mut self, operand: Operand) -> Pair {
        let operand = self.widen(operand, operand.kind.widened());
        if operand.kind == Type::Complex {
            return (operand.parts[0], operand.parts[1]);
        }
        let real = self.real(operand);
        (real, self.builder.ins().f64const(0.0))
    }

    pub(super) fn complex_binary(&mut self, operator: BinaryOperator, left: Operand, right: Operand) -> Operand {
        let (left, right) = (self.complex(left), self.complex(right));
        let (real, imaginary) = match operator {
            BinaryOperator::Add => (self.builder.ins().fadd(left.0, right.0), self.builder.ins().fadd(left.1, right.1)),
            BinaryOperator::Subtract => {
                (self.builder.ins().fsub(left.0, right.0), self.builder.ins().fsub(left.1, right.1))
            }
            BinaryOperator::Multiply => self.complex_product(left, right),
            _ => self.complex_quotient(left, right),
        };
        Operand::new(Type::Complex, &[real, imaginary])
    }

    fn complex_product(&mut self, left: Pair, right: Pair) -> Pair {
        let rr = self.builder.ins().fmul(left.0, right.0);
        let ii = self.builder.ins().fmul(left.1, right.1);
        let ri = self.builder.ins().fmul(left.0, right.1);
        // Of a square both products are the same number.
        let ir = if left == right { ri } else { self.builder.ins().fmul(left.1, right.0) };
        (self.builder.ins().fsub(rr, ii), self.builder.ins().fadd(ri, ir))
    }

    /// The quotient by Smith's method: both parts of the divisor are divided by the larger one.
    fn complex_quotient(&mut self, left: Pair, right: Pair) -> Pair {
        let real_size = self.builder.ins().fabs(right.0);
        let imaginary_size = self.builder.ins().fabs(right.1);
        let swapped = self.builder.ins().fcmp(FloatCC::LessThan, real_size, imaginary_size);
        let larger = self.builder.ins().select(swapped, right.1, right.0);
        let smaller = self.builder.ins().select(swapped, right.0, right.1);
        self.guard_not_zero(larger);
        // A part that is not a number makes both parts of the result so; the interpreter does that.
        let ordered = self.builder.ins().fcmp(FloatCC::Ordered, real_size, imaginary_size);
        self.guard(ordered, Reason::Domain);
        let ratio = self.builder.ins().fdiv(smaller, larger);
        let scaled = self.builder.ins().fmul(smaller, ratio);
        let divisor = self.builder.ins().fadd(larger, scaled);
        let first = self.builder.ins().select(swapped, left.1, left.0);
        let second = self.builder.ins().select(swapped, left.0, left.1);
        let weighted = self.builder.ins().fmul(second, ratio);
        let real = self.builder.ins().fadd(first, weighted);
        let real = self.builder.ins().fdiv(real, divisor);
        let weighted = self.builder.ins().fmul(first, ratio);
        let minuend = self.builder.ins().select(swapped, weighted, second);
        let subtrahend = self.builder.ins().select(swapped, second, weighted);
        let imaginary = self.builder.ins().fsub(minuend, subtrahend);
        (real, self.builder.ins().fdiv(imaginary, divisor))
    }

    /// `==` and `!=` where one number at least is complex.
    pub(super) fn complex_equal(&mut self, comparison: Comparison, left: Operand, right: Operand) -> ir::Value {
        let [left, right] = [left, right].map(|operand| {
            if operand.kind.widened() == Type::Complex {
                return self.complex(operand);
            }
            let real = self.comparable(operand);
            (real, self.builder.ins().f64const(0.0))
        });
        let real = self.builder.ins().fcmp(FloatCC::Equal, left.0, right.0);
        let imaginary = self.builder.ins().fcmp(FloatCC::Equal, left.1, right.1);
        let equal = self.builder.ins().band(real, imaginary);
        if comparison == Comparison::Equal {
            return equal;
        }
        self.builder.ins().icmp_imm_s(IntCC::Equal, equal, 0)
    }
}
