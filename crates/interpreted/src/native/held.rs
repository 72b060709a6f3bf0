//! Values in registers: how they are read from memory with a test of their type, and written back.

use cranelift_codegen::entity::packed_option::ReservedValue;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, Block, InstBuilder, MemFlagsData, types};

use crate::native::Reason;
use crate::native::emit::Emitter;
use crate::native::layout::{FIRST, INDEX, INSTANCE, INSTANCE_CLASS, LIST, SECOND, registers, significant, tag, words};
use crate::types::Type;
use crate::value::Value;

/// A value in registers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    /// Its type.
    pub(super) kind: Type,
    /// The registers: as many as [`registers`] says.
    pub(super) parts: [ir::Value; 3],
}

impl Operand {
    /// A value of one register, or none.
    pub(super) fn new(kind: Type, parts: &[ir::Value]) -> Operand {
        let mut all = [ir::Value::reserved_value(); 3];
        all[..parts.len()].copy_from_slice(parts);
        Operand { kind, parts: all }
    }

    /// A value that is known.
    pub(super) fn constant(value: Value) -> Operand {
        Operand::new(Type::Constant(value), &[])
    }
}

/// Where a local or an operand of the machine is at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) enum Held {
    /// Nobody will read it.
    Dead,
    /// In the frame only.
    InFrame,
    /// In registers; `dirty` when the frame has another value.
    Registers {
        /// The value.
        operand: Operand,
        /// Whether it has to be written before anybody else looks.
        dirty: bool,
    },
}

/// A place in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    pub(super) base: ir::Value,
    pub(super) offset: i32,
    pub(super) flags: MemFlagsData,
}

impl Address {
    pub(super) fn new(base: ir::Value, offset: i32, flags: MemFlagsData) -> Address {
        Address { base, offset, flags }
    }
}

impl Emitter<'_, '_> {
    pub(super) fn load_part(&mut self, kind: ir::Type, address: Address, part: i32) -> ir::Value {
        self.builder.ins().load(kind, address.flags, address.base, address.offset + part)
    }

    pub(super) fn store_part(&mut self, value: ir::Value, address: Address, part: i32) {
        self.builder.ins().store(address.flags, value, address.base, address.offset + part);
    }

    pub(super) fn number(&mut self, value: i64) -> ir::Value {
        self.builder.ins().iconst(types::I64, value)
    }

    /// Goes on when the condition holds, else leaves.
    pub(super) fn guard(&mut self, condition: ir::Value, reason: Reason) {
        let exit = self.exit(reason);
        self.guard_to(condition, exit);
    }

    /// Leaves when the condition holds.
    pub(super) fn guard_not(&mut self, condition: ir::Value, reason: Reason) {
        let exit = self.exit(reason);
        let next = self.builder.create_block();
        self.builder.ins().brif(condition, exit, &[], next, &[]);
        self.builder.seal_block(next);
        self.builder.switch_to_block(next);
    }

    fn guard_to(&mut self, condition: ir::Value, exit: Block) {
        let next = self.builder.create_block();
        self.builder.ins().brif(condition, next, &[], exit, &[]);
        self.builder.seal_block(next);
        self.builder.switch_to_block(next);
    }

    /// Goes on when the byte or number in memory is this one.
    fn guard_equal(&mut self, kind: ir::Type, address: Address, part: i32, expected: i64, exit: Block) {
        let found = self.load_part(kind, address, part);
        let equal = self.builder.ins().icmp_imm_s(IntCC::Equal, found, expected);
        self.guard_to(equal, exit);
    }

    /// Reads a value of this type from memory; leaves when another type lies there.
    pub(super) fn load(&mut self, kind: Type, address: Address, exit: Block) -> Operand {
        let Some(tag) = tag(kind) else {
            let parts = [0, FIRST, SECOND].map(|part| self.load_part(types::I64, address, part));
            let found = self.builder.ins().ireduce(types::I8, parts[0]);
            self.guard_to(found, exit);
            return Operand::new(Type::Unknown, &parts);
        };
        if let Type::Constant(value) = kind {
            self.guard_constant(value, address, exit);
            return Operand::constant(value);
        }
        self.guard_equal(types::I8, address, 0, i64::from(tag), exit);
        match kind {
            Type::Bool => {
                let truth = self.load_part(types::I8, address, 1);
                Operand::new(kind, &[truth])
            }
            Type::Int => {
                let number = self.load_part(types::I64, address, FIRST);
                Operand::new(kind, &[number])
            }
            Type::Float => {
                let number = self.load_part(types::F64, address, FIRST);
                Operand::new(kind, &[number])
            }
            Type::Complex => {
                let real = self.load_part(types::F64, address, FIRST);
                let imaginary = self.load_part(types::F64, address, SECOND);
                Operand::new(kind, &[real, imaginary])
            }
            Type::List => {
                let [offset, index] = self.load_list(address);
                Operand::new(kind, &[offset, index])
            }
            Type::Instance(class) => {
                let index = self.load_index(address);
                let object = self.instance(index);
                self.guard_equal(types::I32, object, INSTANCE_CLASS, i64::from(class.index() as u32 as i32), exit);
                Operand::new(kind, &[index])
            }
            Type::RangeIterator(step) => {
                self.guard_equal(types::I32, address, INDEX, i64::from(step), exit);
                let next = self.load_part(types::I64, address, FIRST);
                let stop = self.load_part(types::I64, address, SECOND);
                Operand::new(kind, &[next, stop])
            }
            Type::ListIterator => {
                let [offset, index] = self.load_list(address);
                let next = self.load_part(types::I64, address, FIRST);
                Operand::new(kind, &[offset, index, next])
            }
            Type::None | Type::Never | Type::Unknown | Type::Constant(_) => Operand::new(kind, &[]),
        }
    }

    /// The registers of a list.
    fn load_list(&mut self, address: Address) -> [ir::Value; 2] {
        let index = self.load_index(address);
        [self.builder.ins().imul_imm_s(index, LIST), index]
    }

    fn load_index(&mut self, address: Address) -> ir::Value {
        let index = self.load_part(types::I32, address, INDEX);
        self.builder.ins().uextend(types::I64, index)
    }

    /// The address of an object of a class.
    pub(super) fn instance(&mut self, index: ir::Value) -> Address {
        let offset = self.builder.ins().imul_imm_s(index, INSTANCE);
        let base = self.builder.ins().iadd(self.bases.instances, offset);
        Address::new(base, 0, self.memory.headers)
    }

    fn guard_constant(&mut self, value: Value, address: Address, exit: Block) {
        for (part, (word, mask)) in (0..).step_by(8).zip(words(value).into_iter().zip(significant(value))) {
            match mask {
                0 => {}
                0xff => self.guard_equal(types::I8, address, part, word as i8 as i64, exit),
                u64::MAX => self.guard_equal(types::I64, address, part, word as i64, exit),
                mask => {
                    let found = self.load_part(types::I64, address, part);
                    let mask = self.number(mask as i64);
                    let found = self.builder.ins().band(found, mask);
                    let expected = self.number(word as i64);
                    let equal = self.builder.ins().icmp(IntCC::Equal, found, expected);
                    self.guard_to(equal, exit);
                }
            }
        }
    }

    /// The words of a value as it lies in memory; of those that the value does not need, none.
    fn words(&mut self, operand: Operand) -> [Option<ir::Value>; 3] {
        let parts = operand.parts;
        if let Type::Constant(value) = operand.kind {
            let mask = significant(value);
            let mut all = [None; 3];
            for (index, word) in words(value).into_iter().enumerate() {
                if mask[index] != 0 {
                    all[index] = Some(self.number(word as i64));
                }
            }
            return all;
        }
        if operand.kind == Type::Unknown {
            return parts.map(Some);
        }
        let tag = i64::from(tag(operand.kind).unwrap_or(0));
        match operand.kind {
            Type::Bool => {
                let wide = self.builder.ins().uextend(types::I64, parts[0]);
                let shifted = self.builder.ins().ishl_imm_u(wide, 8);
                [Some(self.builder.ins().bor_imm_u(shifted, tag)), None, None]
            }
            Type::Instance(_) => [Some(self.tagged(parts[0], tag)), None, None],
            Type::List => [Some(self.tagged(parts[1], tag)), None, None],
            Type::ListIterator => [Some(self.tagged(parts[1], tag)), Some(parts[2]), None],
            Type::RangeIterator(step) => {
                let first = self.number(tag | i64::from(step) << 32);
                [Some(first), Some(parts[0]), Some(parts[1])]
            }
            kind => {
                let mut all = [Some(self.number(tag)), None, None];
                for (index, &part) in parts.iter().take(registers(kind).len()).enumerate() {
                    all[index + 1] = Some(part);
                }
                all
            }
        }
    }

    fn tagged(&mut self, index: ir::Value, tag: i64) -> ir::Value {
        let shifted = self.builder.ins().ishl_imm_u(index, 32);
        self.builder.ins().bor_imm_u(shifted, tag)
    }

    /// Writes a value to memory as the interpreter has it.
    pub(super) fn store(&mut self, operand: Operand, address: Address) {
        for (part, word) in (0..).step_by(8).zip(self.words(operand)) {
            if let Some(word) = word {
                self.store_part(word, address, part);
            }
        }
    }
}
