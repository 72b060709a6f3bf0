//! Names that are read, bound and unbound.

use std::sync::Arc;

use super::scopes::Variable;
use super::{Compiler, private};
use crate::bytecode::Instruction;
use crate::names::Symbol;
use crate::source::tree::Range;
use crate::value::Value;

impl Compiler<'_> {
    /// The name that is meant here.
    fn meant(&self, name: &str) -> Option<Arc<str>> {
        private::mangled(self.unit.class.as_deref(), name)
    }

    /// The number of the name of an attribute or of a named argument.
    pub(super) fn attribute(&mut self, name: &str) -> Symbol {
        match self.meant(name) {
            Some(name) => self.symbol(&name),
            None => self.symbol(name),
        }
    }

    /// The place of a global name in the module.
    fn place(&mut self, name: &str) -> u32 {
        let symbol = self.symbol(name);
        let module = &mut self.machine.heap[self.globals];
        let next = module.names.len() as u32;
        *self.places.entry(symbol).or_insert_with(|| {
            module.names.push(symbol);
            module.values.push(Value::Unbound);
            next
        })
    }

    pub(super) fn load(&mut self, name: &str, range: Range) {
        let meant = self.meant(name);
        let name = meant.as_deref().unwrap_or(name);
        let instruction = match self.scope().variable(name) {
            Variable::Fast(slot) => Instruction::LoadFast(slot),
            Variable::Deref(slot) => Instruction::LoadDeref(slot),
            Variable::Name(slot) => Instruction::LoadName { slot, place: self.place(name) },
            Variable::Global | Variable::Declared => Instruction::LoadGlobal { place: self.place(name) },
        };
        self.write(instruction, range);
    }

    fn store_instruction(&mut self, name: &str) -> Instruction {
        let meant = self.meant(name);
        let name = meant.as_deref().unwrap_or(name);
        match self.scope().variable(name) {
            Variable::Fast(slot) | Variable::Name(slot) => Instruction::StoreFast(slot),
            Variable::Deref(slot) => Instruction::StoreDeref(slot),
            Variable::Global | Variable::Declared => Instruction::StoreGlobal { place: self.place(name) },
        }
    }

    fn delete_instruction(&mut self, name: &str) -> Instruction {
        let meant = self.meant(name);
        let name = meant.as_deref().unwrap_or(name);
        match self.scope().variable(name) {
            Variable::Fast(slot) | Variable::Name(slot) => Instruction::DeleteFast(slot),
            Variable::Deref(slot) => Instruction::DeleteDeref(slot),
            Variable::Global | Variable::Declared => Instruction::DeleteGlobal { place: self.place(name) },
        }
    }

    pub(super) fn store(&mut self, name: &str, range: Range) {
        let instruction = self.store_instruction(name);
        self.write(instruction, range);
    }

    pub(super) fn delete(&mut self, name: &str, range: Range) {
        let instruction = self.delete_instruction(name);
        self.write(instruction, range);
    }

    /// Unbinds the name behind `as` of a handler, whether the handler has unbound it or not.
    pub(super) fn forget(&mut self, name: &str) {
        let none = self.unit.assembler.constant(super::Constant::None);
        let (store, delete) = (self.store_instruction(name), self.delete_instruction(name));
        self.unit.assembler.write_artificial(Instruction::LoadConst(none));
        self.unit.assembler.write_artificial(store);
        self.unit.assembler.write_artificial(delete);
    }
}
