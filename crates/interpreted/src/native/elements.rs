//! What lies in memory: locals, global names, elements of lists, attributes of objects.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstBuilder, types};

use crate::names::Symbol;
use crate::native::code::fields;
use crate::native::emit::Emitter;
use crate::native::held::{Address, Held, Operand};
use crate::native::layout::{INSTANCE_ATTRIBUTES, LIST_CAPACITY, LIST_DATA, LIST_LENGTH, VALUE};
use crate::native::{Problem, Reason};
use crate::types::Type;
use crate::value::Value;

impl Emitter<'_, '_> {
    /// `-> value`: a local.
    pub(super) fn load_local(&mut self, position: u32, slot: u32) {
        let slot = slot as usize;
        if let Held::Registers { operand, .. } = self.holding.locals[slot] {
            return self.push(operand);
        }
        let kind = self.unit.types.result(position).widened();
        let exit = self.exit(if kind == Type::Unknown { Reason::Unbound } else { Reason::Type });
        let operand = self.load(kind, self.slot(slot), exit);
        if kind != Type::Unknown {
            self.holding.locals[slot] = Held::Registers { operand, dirty: false };
        }
        self.push(operand);
    }

    /// `value ->`
    pub(super) fn store_local(&mut self, slot: u32) {
        let operand = self.pop();
        let operand = self.widen(operand, operand.kind.widened());
        self.holding.locals[slot as usize] = match operand.kind {
            Type::Unknown => {
                self.store(operand, self.slot(slot as usize));
                Held::InFrame
            }
            _ => Held::Registers { operand, dirty: true },
        };
    }

    /// `-> value`: a name of the module, or, where the module has none, a built-in one.
    pub(super) fn load_global(&mut self, position: u32, place: u32) {
        let kind = self.unit.types.result(position);
        let environment = &self.unit.environment;
        let bound = environment.heap[environment.module].values[place as usize].is_bound();
        let exit = self.exit(Reason::Type);
        let address = Address::new(self.bases.globals, place as i32 * VALUE as i32, self.memory.globals);
        let operand = match kind {
            Type::Constant(value) if !bound => {
                self.load(Type::Constant(Value::Unbound), address, exit);
                Operand::constant(value)
            }
            kind => self.load(kind, address, exit),
        };
        self.push(operand);
    }

    /// `module -> function unbound`: a function of a module that nobody has changed since; `list -> method list`.
    pub(super) fn load_method(&mut self, position: u32, name: Symbol) {
        let object = self.pop();
        if let Some(method) = self.rules.list_method(object.kind, name) {
            self.push(Operand::constant(method));
            self.push(object);
            return;
        }
        let flags = self.memory.context;
        let changes = self.builder.ins().load(types::I64, flags, self.context, fields::MODULE_CHANGES);
        let expected = self.number(self.unit.environment.module_changes as i64);
        let same = self.builder.ins().icmp(IntCC::Equal, changes, expected);
        self.guard(same, Reason::Type);
        self.push(Operand::new(self.unit.types.result(position), &[]));
        self.push(Operand::constant(Value::Unbound));
    }

    /// Where a list has its address, length and capacity.
    fn header(&mut self, list: ir::Value) -> Address {
        let base = self.builder.ins().iadd(self.bases.lists, list);
        Address::new(base, 0, self.memory.headers)
    }

    /// How many elements a list has.
    pub(super) fn list_length(&mut self, list: ir::Value) -> ir::Value {
        let header = self.header(list);
        self.load_part(types::I64, header, LIST_LENGTH)
    }

    /// Where the element with an index, which has been tested, lies.
    pub(super) fn element(&mut self, list: ir::Value, index: ir::Value) -> Address {
        let header = self.header(list);
        let data = self.load_part(types::I64, header, LIST_DATA);
        self.nth(data, index)
    }

    fn nth(&mut self, data: ir::Value, index: ir::Value) -> Address {
        let offset = self.builder.ins().imul_imm_s(index, VALUE);
        let base = self.builder.ins().iadd(data, offset);
        Address::new(base, 0, self.memory.elements)
    }

    /// Where the element with an index lies; leaves when there is none. Negative indices count from the end.
    fn checked_element(&mut self, list: ir::Value, index: Operand) -> Address {
        let whole = self.whole(index);
        let length = self.list_length(list);
        let inside = self.builder.ins().icmp(IntCC::UnsignedLessThan, whole, length);
        let [from_end, join] = [(); 2].map(|()| self.builder.create_block());
        self.builder.set_cold_block(from_end);
        let counted = self.builder.append_block_param(join, types::I64);
        self.builder.ins().brif(inside, join, &[whole.into()], from_end, &[]);
        self.builder.seal_block(from_end);
        self.builder.switch_to_block(from_end);
        let negative = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, whole, 0);
        let from_start = self.builder.ins().iadd(whole, length);
        let reaches = self.builder.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, from_start, 0);
        let exists = self.builder.ins().band(negative, reaches);
        self.guard(exists, Reason::Index);
        self.builder.ins().jump(join, &[from_start.into()]);
        self.builder.seal_block(join);
        self.builder.switch_to_block(join);
        self.element(list, counted)
    }

    /// `container index -> value`
    pub(super) fn subscript(&mut self) {
        let kind = self.unit.types.result(self.position());
        let index = self.pop();
        let list = self.pop();
        let list = self.widen(list, Type::List).parts[0];
        let index = self.widen(index, index.kind.widened());
        // An element that has been read or written since the block began need not be read again.
        let known = self.known.iter().find(|(of, at, _)| *of == list && *at == index.parts[0]);
        if let Some(&(.., operand)) = known.filter(|(.., operand)| operand.kind == kind) {
            return self.push(operand);
        }
        let address = self.checked_element(list, index);
        let exit = self.exit(Reason::Type);
        let operand = self.load(kind, address, exit);
        self.known.push((list, index.parts[0], operand));
        self.push(operand);
    }

    /// `value container index ->`
    pub(super) fn store_subscript(&mut self) {
        let index = self.pop();
        let list = self.pop();
        let list = self.widen(list, Type::List).parts[0];
        let index = self.widen(index, index.kind.widened());
        let value = self.pop();
        let value = self.widen(value, value.kind.widened());
        let address = self.checked_element(list, index);
        self.store(value, address);
        // Any other list may be the same one.
        self.known.clear();
        self.known.push((list, index.parts[0], value));
    }

    /// `value ->`: appends to the list at a depth. The interpreter does it when there is no room.
    pub(super) fn list_append(&mut self, depth: u32) {
        let value = self.pop();
        let count = self.holding.stack.len();
        if let Held::Registers { operand, .. } = self.holding.stack[count - depth as usize] {
            self.append(operand, value);
        }
    }

    /// Appends a value to a list that has room for it.
    pub(super) fn append(&mut self, list: Operand, value: Operand) {
        let list = self.widen(list, Type::List).parts[0];
        let header = self.header(list);
        let length = self.load_part(types::I64, header, LIST_LENGTH);
        let capacity = self.load_part(types::I64, header, LIST_CAPACITY);
        let room = self.builder.ins().icmp(IntCC::UnsignedLessThan, length, capacity);
        self.guard(room, Reason::Capacity);
        let address = self.element(list, length);
        self.store(value, address);
        let longer = self.builder.ins().iadd_imm_s(length, 1);
        self.store_part(longer, header, LIST_LENGTH);
        self.known.clear();
    }

    /// Where an attribute of an object lies.
    fn attribute(&mut self, object: Operand, name: Symbol) -> Result<Address, Problem> {
        let place = self.rules.attribute_place(object.kind, name);
        let place = place.ok_or(Problem::Instruction(self.position(), "an attribute without a place"))?;
        let instance = self.instance(object.parts[0]);
        let length = self.load_part(types::I64, instance, INSTANCE_ATTRIBUTES + LIST_LENGTH);
        let inside = self.builder.ins().icmp_imm_s(IntCC::UnsignedGreaterThan, length, i64::from(place));
        self.guard(inside, Reason::Type);
        let data = self.load_part(types::I64, instance, INSTANCE_ATTRIBUTES + LIST_DATA);
        Ok(Address::new(data, place as i32 * VALUE as i32, self.memory.elements))
    }

    /// `object -> value`
    pub(super) fn load_attribute(&mut self, name: Symbol) -> Result<(), Problem> {
        let object = self.pop();
        let object = self.widen(object, object.kind.widened());
        let real = &**self.unit.environment.names.text(name) == "real";
        let operand = match object.kind {
            Type::Complex => Operand::new(Type::Float, &[object.parts[usize::from(!real)]]),
            Type::Float if real => object,
            Type::Float => {
                let zero = self.builder.ins().f64const(0.0);
                Operand::new(Type::Float, &[zero])
            }
            Type::Int | Type::Bool => {
                let number = if real { self.whole(object) } else { self.number(0) };
                Operand::new(Type::Int, &[number])
            }
            _ => {
                let address = self.attribute(object, name)?;
                let exit = self.exit(Reason::Type);
                self.load(self.unit.types.result(self.position()).widened(), address, exit)
            }
        };
        self.push(operand);
        Ok(())
    }

    /// `value object ->`
    pub(super) fn store_attribute(&mut self, name: Symbol) -> Result<(), Problem> {
        let object = self.pop();
        let value = self.pop();
        let address = self.attribute(object, name)?;
        self.store(value, address);
        self.known.clear();
        Ok(())
    }

    /// `iterable -> iterator`, of a list.
    pub(super) fn get_iterator(&mut self) {
        let list = self.pop();
        let [offset, index, _] = self.widen(list, Type::List).parts;
        let first = self.number(0);
        self.push(Operand::new(Type::ListIterator, &[offset, index, first]));
    }
}
