//! Jumps: conditions, loops over ranges and lists, the way back to a loop's head.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{self, Block, InstBuilder, types};

use crate::bytecode::Instruction;
use crate::native::emit::Emitter;
use crate::native::held::{Held, Operand};
use crate::native::{Problem, Reason, helpers};
use crate::types::Type;
use crate::value::Value;

impl Emitter<'_, '_> {
    /// Writes a jump. Whether the instruction was one.
    pub(super) fn jump(&mut self, position: u32) -> Result<bool, Problem> {
        match self.unit.code.instructions[position as usize] {
            Instruction::Jump(target) => {
                let target = self.edge(target)?;
                self.builder.ins().jump(target, &[]);
            }
            Instruction::JumpBackward(target) => self.jump_backward(target)?,
            Instruction::PopJumpIfFalse(target) => self.pop_jump(target, position + 1)?,
            Instruction::PopJumpIfTrue(target) => self.pop_jump(position + 1, target)?,
            Instruction::JumpIfFalseOrPop(target) => self.jump_or_pop(target, position + 1, false)?,
            Instruction::JumpIfTrueOrPop(target) => self.jump_or_pop(target, position + 1, true)?,
            Instruction::ForIterator(target) => self.for_iterator(position, target)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Back to a loop's head, unless the user wants to interrupt the program.
    fn jump_backward(&mut self, target: u32) -> Result<(), Problem> {
        let address = self.unit.environment.interrupt.as_ptr() as i64;
        let address = self.number(address);
        let flag = self.builder.ins().load(types::I8, self.memory.shared, address, 0);
        self.guard_not(flag, Reason::Interrupt);
        let target = self.edge(target)?;
        self.builder.ins().jump(target, &[]);
        Ok(())
    }

    /// Goes on at `no` when the topmost operand, which is taken, is false, else at `yes`.
    fn pop_jump(&mut self, no: u32, yes: u32) -> Result<(), Problem> {
        let operand = self.pop();
        if let Some(pending) = self.pending.take() {
            let (yes, no) = (self.edge(yes)?, self.edge(no)?);
            self.branch_by_squares(pending, yes, no);
            return Ok(());
        }
        let truth = self.truth(operand);
        let (yes, no) = (self.edge(yes)?, self.edge(no)?);
        self.builder.ins().brif(truth, yes, &[], no, &[]);
        Ok(())
    }

    /// Jumps with the topmost operand when its truth is as `jump_if` says, else takes it.
    fn jump_or_pop(&mut self, target: u32, next: u32, jump_if: bool) -> Result<(), Problem> {
        let operand = self.pop();
        let truth = self.truth(operand);
        self.push(operand);
        let jumped = self.edge(target)?;
        self.pop();
        let next = self.edge(next)?;
        let (yes, no) = if jump_if { (jumped, next) } else { (next, jumped) };
        self.builder.ins().brif(truth, yes, &[], no, &[]);
        Ok(())
    }

    fn for_iterator(&mut self, position: u32, target: u32) -> Result<(), Problem> {
        let iterator = self.pop();
        match iterator.kind {
            Type::RangeIterator(step) => self.next_of_range(iterator, step, position, target),
            _ => self.next_of_list(iterator, position, target),
        }
    }

    fn next_of_range(&mut self, iterator: Operand, step: i32, position: u32, target: u32) -> Result<(), Problem> {
        let [next, stop, _] = iterator.parts;
        let more = if step > 0 { IntCC::SignedLessThan } else { IntCC::SignedGreaterThan };
        let more = self.builder.ins().icmp(more, next, stop);
        // Ranges of which a number would overflow on the way have no iterator of this kind.
        let following = self.builder.ins().iadd_imm_s(next, i64::from(step));
        let out = self.edge(target)?;
        self.push(Operand::new(iterator.kind, &[following, stop]));
        self.push(Operand::new(Type::Int, &[next]));
        let body = self.edge(position + 1)?;
        self.builder.ins().brif(more, body, &[], out, &[]);
        Ok(())
    }

    fn next_of_list(&mut self, iterator: Operand, position: u32, target: u32) -> Result<(), Problem> {
        let [list, index, next] = iterator.parts;
        let length = self.list_length(list);
        let more = self.builder.ins().icmp(IntCC::UnsignedLessThan, next, length);
        let out = self.edge(target)?;
        let body = self.builder.create_block();
        self.builder.ins().brif(more, body, &[], out, &[]);
        self.builder.seal_block(body);
        self.builder.switch_to_block(body);
        let kind = self.unit.types.result(position).widened();
        let exit = self.exit(Reason::Type);
        let element = self.element(list, next);
        let element = self.load(kind, element, exit);
        let following = self.builder.ins().iadd_imm_s(next, 1);
        self.push(Operand::new(iterator.kind, &[list, index, following]));
        self.push(element);
        let body = self.edge(position + 1)?;
        self.builder.ins().jump(body, &[]);
        Ok(())
    }

    /// A jump that the interpreter has done: `status` says whether it has jumped.
    pub(super) fn interpreted_jump(
        &mut self,
        instruction: Instruction,
        kind: Type,
        status: ir::Value,
    ) -> Result<(), Problem> {
        let next = self.position() + 1;
        let jumped = self.builder.ins().icmp_imm_s(IntCC::Equal, status, helpers::STATUS_JUMPED);
        let (target, keeps) = match instruction {
            Instruction::JumpIfFalseOrPop(target) | Instruction::JumpIfTrueOrPop(target) => (target, true),
            Instruction::PopJumpIfFalse(target)
            | Instruction::PopJumpIfTrue(target)
            | Instruction::ForIterator(target) => (target, false),
            _ => return Err(Problem::Instruction(self.position(), "a jump that cannot be interpreted")),
        };
        let top = self.holding.stack.pop();
        if let (true, Some(top)) = (keeps, top) {
            self.holding.stack.push(top);
        }
        let away = self.edge(target)?;
        if keeps {
            self.holding.stack.pop();
        }
        let on: Block = self.builder.create_block();
        self.builder.ins().brif(jumped, away, &[], on, &[]);
        self.builder.seal_block(on);
        self.builder.switch_to_block(on);
        if let (Instruction::ForIterator(_), Some(_)) = (instruction, top) {
            // The iterator is still there, changed by the interpreter if it lies in the frame.
            self.holding.stack.push(Held::InFrame);
            self.put_in_frame(1, kind);
        }
        let on = self.edge(next)?;
        self.builder.ins().jump(on, &[]);
        Ok(())
    }

    /// Whether a value counts as true.
    pub(super) fn truth(&mut self, operand: Operand) -> ir::Value {
        let [first, second, _] = operand.parts;
        match operand.kind {
            Type::Bool => first,
            Type::Int => self.builder.ins().icmp_imm_s(IntCC::NotEqual, first, 0),
            Type::Float => self.is_not_zero(first),
            Type::Complex => {
                let real = self.is_not_zero(first);
                let imaginary = self.is_not_zero(second);
                self.builder.ins().bor(real, imaginary)
            }
            Type::List => {
                let length = self.list_length(first);
                self.builder.ins().icmp_imm_s(IntCC::NotEqual, length, 0)
            }
            Type::Constant(value) => {
                let truth = match value {
                    Value::Bool(truth) => truth,
                    Value::Int(number) => number != 0,
                    Value::Float(number) => number != 0.0,
                    Value::Complex(real, imaginary) => real != 0.0 || imaginary != 0.0,
                    _ => false,
                };
                self.builder.ins().iconst(types::I8, i64::from(truth))
            }
            _ => self.builder.ins().iconst(types::I8, 0),
        }
    }

    fn is_not_zero(&mut self, number: ir::Value) -> ir::Value {
        let zero = self.builder.ins().f64const(0.0);
        self.builder.ins().fcmp(FloatCC::NotEqual, number, zero)
    }
}
