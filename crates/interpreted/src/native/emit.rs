//! One pass over the blocks of a loop: each instruction becomes machine code for the types that flow has found.

use std::collections::BTreeMap;

use cranelift_codegen::ir::{self, AbiParam, Block, InstBuilder, SourceLoc, types};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use hashbrown::HashMap;

use crate::bytecode::{BinaryOperator, Instruction};
use crate::native::code::{RAISED, Site, fields};
use crate::native::flow::{Flow, Place, State};
use crate::native::held::{Address, Held, Operand};
use crate::native::layout::{LIST, VALUE, registers};
use crate::native::memory::{Bases, Memory};
use crate::native::region::{Region, effect};
use crate::native::rules::{Action, Rules};
use crate::native::squares::Pending;
use crate::native::{Problem, Reason, Unit, helpers};
use crate::types::Type;
use crate::value::Value;

/// A register that outlives a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Home {
    Slot(usize),
    Depth(usize),
    Base(usize),
}

/// What is held at a moment.
#[derive(Clone, Default)]
pub(super) struct Holding {
    pub(super) locals: Vec<Held>,
    pub(super) stack: Vec<Held>,
}

/// A way out of the compiled code, to be filled in at the end.
struct Leaving {
    block: Block,
    site: usize,
    holding: Holding,
    frame: ir::Value,
}

/// A way to a block that expects some values in the frame.
struct Crossing {
    block: Block,
    target: Block,
    to_frame: Vec<(usize, Operand)>,
    frame: ir::Value,
}

/// What the emission has found besides the code.
pub(super) struct Emitted {
    /// The ways out.
    pub(super) sites: Vec<Site>,
    /// Values of the heap that the code depends on.
    pub(super) roots: Vec<Value>,
}

/// The state of the emission.
pub(super) struct Emitter<'f, 'u> {
    pub(super) builder: FunctionBuilder<'f>,
    pub(super) unit: &'u Unit<'u>,
    pub(super) region: &'u Region,
    pub(super) flow: &'u Flow,
    pub(super) rules: Rules<'u>,
    pub(super) holding: Holding,
    pub(super) bases: Bases,
    pub(super) memory: Memory,
    pub(super) context: ir::Value,
    /// The comparison that the jump behind it will do.
    pub(super) pending: Option<Pending>,
    /// Elements of lists that have been read or written in this block: list, index, value.
    pub(super) known: Vec<(ir::Value, ir::Value, Operand)>,
    blocks: BTreeMap<u32, Block>,
    variables: HashMap<(Home, usize, ir::Type), Variable>,
    sites: Vec<Site>,
    leavings: Vec<Leaving>,
    crossings: Vec<Crossing>,
    before: Holding,
    exits: Vec<(Reason, Block)>,
    position: u32,
    /// The end of the block that is being written.
    pub(super) end: u32,
}

/// Writes the loop into the function.
pub(super) fn emit(
    unit: &Unit<'_>,
    region: &Region,
    flow: &Flow,
    isa: &dyn TargetIsa,
    function: &mut ir::Function,
    context: &mut FunctionBuilderContext,
) -> Result<Emitted, Problem> {
    function.signature.call_conv = isa.default_call_conv();
    function.signature.params.push(AbiParam::new(types::I64));
    function.signature.returns.push(AbiParam::new(types::I64));
    let memory = Memory::new(function);
    let mut builder = FunctionBuilder::new(function, context);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let context = builder.block_params(entry)[0];
    let blocks = flow.entries.keys().map(|&start| (start, builder.create_block())).collect();
    let bases = Bases { frame: context, lists: context, instances: context, globals: context };
    let mut emitter = Emitter {
        builder,
        unit,
        region,
        flow,
        rules: Rules { unit },
        holding: Holding::default(),
        bases,
        memory,
        context,
        pending: None,
        known: Vec::new(),
        blocks,
        variables: HashMap::new(),
        sites: Vec::new(),
        leavings: Vec::new(),
        crossings: Vec::new(),
        before: Holding::default(),
        exits: Vec::new(),
        position: region.head,
        end: region.head,
    };
    emitter.load_bases();
    emitter.entry()?;
    for (&start, state) in &flow.entries {
        emitter.block(start, state)?;
    }
    emitter.leave();
    emitter.builder.seal_all_blocks();
    let Emitter { builder, sites, unit, flow, .. } = emitter;
    builder.finalize(isa.frontend_config());
    Ok(Emitted { sites, roots: roots(unit, region, flow) })
}

/// The values of the heap that the code depends on: as long as it lives, their places must not be given to others.
fn roots(unit: &Unit<'_>, region: &Region, flow: &Flow) -> Vec<Value> {
    let mut roots = Vec::new();
    let mut add = |kind: Type| match kind {
        Type::Constant(value) => roots.push(value),
        Type::Instance(class) => roots.push(Value::Class(class)),
        _ => {}
    };
    for state in flow.entries.values() {
        state.locals.iter().chain(&state.stack).for_each(|place| add(place.kind()));
    }
    for (&start, &end) in &region.blocks {
        (start..end).for_each(|position| add(unit.types.result(position)));
    }
    roots
}

impl Emitter<'_, '_> {
    /// The instruction that is being written.
    pub(super) fn position(&self) -> u32 {
        self.position
    }

    pub(super) fn load_bases(&mut self) {
        let mut load = |offset| {
            let flags = self.memory.context;
            self.builder.ins().load(types::I64, flags, self.context, offset)
        };
        self.bases = Bases {
            frame: load(fields::FRAME),
            lists: load(fields::LISTS),
            instances: load(fields::INSTANCES),
            globals: load(fields::GLOBALS),
        };
    }

    /// Where a slot lies in the frame.
    pub(super) fn slot(&self, slot: usize) -> Address {
        Address::new(self.bases.frame, slot as i32 * VALUE as i32, self.memory.frame)
    }

    /// Where an operand lies in the frame; 0 is the lowest.
    pub(super) fn depth(&self, depth: usize) -> Address {
        self.slot(self.unit.code.slots.len() + depth)
    }

    /// Tests what is assumed at the loop's head, loads it, and goes there.
    fn entry(&mut self) -> Result<(), Problem> {
        let head = self.region.head;
        let state = &self.flow.entries[&head];
        let nothing = |place: &Place| if *place == Place::Dead { Held::Dead } else { Held::InFrame };
        self.before.locals = state.locals.iter().map(nothing).collect();
        self.before.stack = state.stack.iter().map(nothing).collect();
        self.holding = self.before.clone();
        for (slot, place) in state.locals.iter().enumerate() {
            if let Place::Held { kind, .. } = *place {
                let exit = self.exit(Reason::Entry);
                let operand = self.load(kind, self.slot(slot), exit);
                self.holding.locals[slot] = Held::Registers { operand, dirty: false };
            }
        }
        for (depth, place) in state.stack.iter().enumerate() {
            if let Place::Held { kind, .. } = *place {
                let exit = self.exit(Reason::Entry);
                let operand = self.load(kind, self.depth(depth), exit);
                self.holding.stack[depth] = Held::Registers { operand, dirty: false };
            }
        }
        let target = self.edge(head)?;
        self.builder.ins().jump(target, &[]);
        Ok(())
    }

    fn block(&mut self, start: u32, state: &State) -> Result<(), Problem> {
        let block = self.blocks[&start];
        self.builder.switch_to_block(block);
        self.begin(state);
        let end = self.region.blocks[&start];
        self.end = end;
        for position in start..end {
            self.position = position;
            self.exits.clear();
            self.before = self.holding.clone();
            self.builder.set_srcloc(SourceLoc::new(position));
            let last = position + 1 == end;
            match self.flow.actions[position as usize] {
                Action::Skip => {}
                Action::Leave(reason) => {
                    let exit = self.exit(reason);
                    self.builder.ins().jump(exit, &[]);
                    return Ok(());
                }
                Action::Interpret(kind) => {
                    if self.interpret(kind, last)? {
                        return Ok(());
                    }
                }
                Action::Native | Action::NativeWith { .. } => {
                    if self.jump(position)? {
                        return Ok(());
                    }
                    self.instruction(position)?;
                }
            }
        }
        let target = self.edge(end)?;
        self.builder.ins().jump(target, &[]);
        Ok(())
    }

    /// What is held at the beginning of a block.
    fn begin(&mut self, state: &State) {
        self.known.clear();
        self.pending = None;
        let bases = [0, 1, 2, 3].map(|base| self.read(Home::Base(base), 0, types::I64));
        self.bases = Bases { frame: bases[0], lists: bases[1], instances: bases[2], globals: bases[3] };
        let held = |emitter: &mut Self, home: Home, place: Place| match place {
            Place::Dead => Held::Dead,
            Place::InFrame => Held::InFrame,
            Place::Held { kind, dirty } => {
                let parts: Vec<ir::Value> =
                    registers(kind).iter().enumerate().map(|(part, &kind)| emitter.read(home, part, kind)).collect();
                Held::Registers { operand: Operand::new(kind, &parts), dirty }
            }
        };
        self.holding.locals =
            state.locals.iter().enumerate().map(|(slot, &place)| held(self, Home::Slot(slot), place)).collect();
        self.holding.stack =
            state.stack.iter().enumerate().map(|(depth, &place)| held(self, Home::Depth(depth), place)).collect();
    }

    fn variable(&mut self, home: Home, part: usize, kind: ir::Type) -> Variable {
        let builder = &mut self.builder;
        *self.variables.entry((home, part, kind)).or_insert_with(|| builder.declare_var(kind))
    }

    fn read(&mut self, home: Home, part: usize, kind: ir::Type) -> ir::Value {
        let variable = self.variable(home, part, kind);
        self.builder.use_var(variable)
    }

    fn write(&mut self, home: Home, part: usize, value: ir::Value) {
        let kind = self.builder.func.dfg.value_type(value);
        let variable = self.variable(home, part, kind);
        self.builder.def_var(variable, value);
    }

    /// The block to jump to so that the instruction at `target` comes next: its own, or one that writes what it expects in the
    /// frame, or a way out of the loop.
    pub(super) fn edge(&mut self, target: u32) -> Result<Block, Problem> {
        let flow = self.flow;
        let Some(state) = flow.entries.get(&target) else {
            let holding = self.holding.clone();
            return Ok(self.leaving(target, Reason::End, holding));
        };
        let bases = self.bases;
        for (base, value) in [bases.frame, bases.lists, bases.instances, bases.globals].into_iter().enumerate() {
            self.write(Home::Base(base), 0, value);
        }
        let mut to_frame = Vec::new();
        let slots = self.unit.code.slots.len();
        let homes = (0..slots).map(Home::Slot).chain((0..self.holding.stack.len()).map(Home::Depth));
        let places: Vec<Place> = state.locals.iter().chain(&state.stack).copied().collect();
        let held: Vec<Held> = self.holding.locals.iter().chain(&self.holding.stack).copied().collect();
        if places.len() != held.len() {
            return Err(Problem::Instruction(target, "two ways lead here with different operands"));
        }
        for (index, ((home, place), held)) in homes.zip(places).zip(held).enumerate() {
            match (place, held) {
                (Place::Dead, _) | (Place::InFrame, Held::InFrame | Held::Registers { dirty: false, .. }) => {}
                (Place::InFrame, Held::Registers { operand, dirty: true }) => to_frame.push((index, operand)),
                (Place::Held { kind, .. }, Held::Registers { operand, .. }) => {
                    let operand = self.widen(operand, kind);
                    if operand.kind != kind {
                        return Err(Problem::Instruction(target, "types that flow here are not those that are made"));
                    }
                    for (part, &value) in operand.parts.iter().take(registers(kind).len()).enumerate() {
                        self.write(home, part, value);
                    }
                }
                (Place::InFrame, Held::Dead) | (Place::Held { .. }, _) => {
                    return Err(Problem::Instruction(target, "a value that flows here is not made"));
                }
            }
        }
        let block = self.blocks[&target];
        if to_frame.is_empty() {
            return Ok(block);
        }
        let between = self.builder.create_block();
        self.crossings.push(Crossing { block: between, target: block, to_frame, frame: self.bases.frame });
        Ok(between)
    }

    /// A known value as one of a type that is known only.
    pub(super) fn widen(&mut self, operand: Operand, kind: Type) -> Operand {
        let Type::Constant(value) = operand.kind else { return operand };
        if operand.kind == kind || operand.kind.widened() != kind {
            return operand;
        }
        match value {
            Value::Bool(truth) => {
                let truth = self.builder.ins().iconst(types::I8, i64::from(truth));
                Operand::new(kind, &[truth])
            }
            Value::Int(number) => {
                let number = self.number(number);
                Operand::new(kind, &[number])
            }
            Value::Float(number) => {
                let number = self.builder.ins().f64const(number);
                Operand::new(kind, &[number])
            }
            Value::Complex(real, imaginary) => {
                let real = self.builder.ins().f64const(real);
                let imaginary = self.builder.ins().f64const(imaginary);
                Operand::new(kind, &[real, imaginary])
            }
            Value::List(list) => {
                let index = list.index() as i64;
                let (offset, index) = (self.number(index * LIST), self.number(index));
                Operand::new(kind, &[offset, index])
            }
            _ => Operand::new(kind, &[]),
        }
    }

    /// The way out before the instruction that is being written, for this reason.
    pub(super) fn exit(&mut self, reason: Reason) -> Block {
        if let Some(&(_, block)) = self.exits.iter().find(|(known, _)| *known == reason) {
            return block;
        }
        let holding = self.before.clone();
        let block = self.leaving(self.position, reason, holding);
        self.exits.push((reason, block));
        block
    }

    /// A way out: the interpreter goes on at a position.
    fn leaving(&mut self, position: u32, reason: Reason, holding: Holding) -> Block {
        let block = self.builder.create_block();
        self.builder.set_cold_block(block);
        let site = self.sites.len();
        self.sites.push(Site::new(position, reason));
        self.leavings.push(Leaving { block, site, holding, frame: self.bases.frame });
        block
    }

    /// Writes the ways out, and those between blocks.
    fn leave(&mut self) {
        for Crossing { block, target, to_frame, frame } in std::mem::take(&mut self.crossings) {
            self.builder.switch_to_block(block);
            self.bases.frame = frame;
            for (index, operand) in to_frame {
                self.store(operand, self.slot(index));
            }
            self.builder.ins().jump(target, &[]);
        }
        for Leaving { block, site, holding, frame } in std::mem::take(&mut self.leavings) {
            self.builder.switch_to_block(block);
            self.bases.frame = frame;
            let position = self.sites[site].position;
            self.builder.set_srcloc(SourceLoc::new(position));
            let live = self.region.live.get(position as usize).copied().unwrap_or(0);
            for (slot, held) in holding.locals.into_iter().enumerate() {
                if let (Held::Registers { operand, dirty: true }, true) = (held, live & (1 << slot) != 0) {
                    self.store(operand, self.slot(slot));
                }
            }
            for (depth, held) in holding.stack.into_iter().enumerate() {
                if let Held::Registers { operand, dirty: true } = held {
                    self.store(operand, self.depth(depth));
                }
            }
            let result = self.number((site as i64) << 32 | i64::from(position));
            self.builder.ins().return_(&[result]);
        }
    }

    /// Everything that is held is written to the frame, where the interpreter and a collection see it.
    fn synchronise(&mut self) {
        let slots = self.holding.locals.len();
        for index in 0..slots + self.holding.stack.len() {
            let held = if index < slots { self.holding.locals[index] } else { self.holding.stack[index - slots] };
            let Held::Registers { operand, dirty } = held else { continue };
            if dirty {
                self.store(operand, self.slot(index));
            }
            let clean = match operand.kind {
                Type::Unknown => Held::InFrame,
                _ => Held::Registers { operand, dirty: false },
            };
            match index < slots {
                true => self.holding.locals[index] = clean,
                false => self.holding.stack[index - slots] = clean,
            }
        }
    }

    /// Lets the interpreter do the instruction. Whether it has ended the block.
    fn interpret(&mut self, kind: Type, last: bool) -> Result<bool, Problem> {
        self.synchronise();
        let depth = self.holding.stack.len() as i64;
        let (position, depth) = (self.number(i64::from(self.position)), self.number(depth));
        let address = helpers::interpret as *const () as i64;
        let status = self.call(address, &[types::I64; 3], &[types::I64], &[self.context, position, depth])[0];
        let raised = self.builder.create_block();
        self.builder.set_cold_block(raised);
        let next = self.builder.create_block();
        let failed = self.builder.ins().icmp_imm_s(ir::condcodes::IntCC::Equal, status, helpers::STATUS_RAISED);
        self.builder.ins().brif(failed, raised, &[], next, &[]);
        self.builder.seal_block(next);
        self.builder.seal_block(raised);
        self.builder.switch_to_block(raised);
        let result = self.number(RAISED as i64 | i64::from(self.position));
        self.builder.ins().return_(&[result]);
        self.builder.switch_to_block(next);
        self.load_bases();
        self.known.clear();
        let instruction = self.unit.code.instructions[self.position as usize];
        if crate::native::region::successors(self.unit.code, self.position).1.is_some() {
            self.interpreted_jump(instruction, kind, status)?;
            return Ok(true);
        }
        let (taken, put) = effect(self.unit.code, self.position);
        self.take(taken);
        self.put_in_frame(put, kind);
        if last {
            let target = self.edge(self.position + 1)?;
            self.builder.ins().jump(target, &[]);
        }
        Ok(last)
    }

    /// Operands that the interpreter has put into the frame, the lowest of this type.
    pub(super) fn put_in_frame(&mut self, put: u32, kind: Type) {
        let depth = self.holding.stack.len();
        self.holding.stack.resize(depth + put as usize, Held::InFrame);
        if kind != Type::Unknown {
            // The instruction has been done: what is not as expected is found before the next one.
            let holding = self.holding.clone();
            let exit = self.leaving(self.position + 1, Reason::Type, holding);
            let operand = self.load(kind, self.depth(depth), exit);
            self.holding.stack[depth] = Held::Registers { operand, dirty: false };
        }
    }

    /// Calls a function of Rust by its address.
    pub(super) fn call(
        &mut self,
        address: i64,
        parameters: &[ir::Type],
        results: &[ir::Type],
        arguments: &[ir::Value],
    ) -> Vec<ir::Value> {
        let mut signature = ir::Signature::new(self.builder.func.signature.call_conv);
        signature.params.extend(parameters.iter().map(|&kind| AbiParam::new(kind)));
        signature.returns.extend(results.iter().map(|&kind| AbiParam::new(kind)));
        let signature = self.builder.import_signature(signature);
        let address = self.number(address);
        let call = self.builder.ins().call_indirect(signature, address, arguments);
        self.builder.inst_results(call).to_vec()
    }

    /// Takes operands from the stack.
    pub(super) fn take(&mut self, count: u32) {
        let length = self.holding.stack.len().saturating_sub(count as usize);
        self.holding.stack.truncate(length);
    }

    /// The topmost operand, in registers.
    pub(super) fn pop(&mut self) -> Operand {
        let depth = self.holding.stack.len().saturating_sub(1);
        match self.holding.stack.pop() {
            Some(Held::Registers { operand, .. }) => operand,
            _ => {
                let address = self.depth(depth);
                let parts = [0, 8, 16].map(|part| self.load_part(types::I64, address, part));
                Operand::new(Type::Unknown, &parts)
            }
        }
    }

    /// Puts an operand on the stack.
    pub(super) fn push(&mut self, operand: Operand) {
        self.holding.stack.push(Held::Registers { operand, dirty: true });
    }

    fn instruction(&mut self, position: u32) -> Result<(), Problem> {
        use Instruction as I;
        match self.unit.code.instructions[position as usize] {
            I::Nop => {}
            I::LoadConst(index) => self.push(Operand::constant(self.unit.code.constants[index as usize])),
            I::LoadFast(slot) => self.load_local(position, slot),
            I::StoreFast(slot) => self.store_local(slot),
            I::LoadGlobal { place } => self.load_global(position, place),
            I::StoreGlobal { place } => {
                let operand = self.pop();
                let offset = place as i32 * VALUE as i32;
                self.store(operand, Address::new(self.bases.globals, offset, self.memory.globals));
            }
            I::PopTop => {
                self.holding.stack.pop();
            }
            I::Copy(depth) => {
                let count = self.holding.stack.len();
                let operand = self.operand(count - depth as usize);
                self.push(operand);
            }
            I::Swap(depth) => {
                let count = self.holding.stack.len();
                let (upper, lower) = (self.operand(count - 1), self.operand(count - depth as usize));
                self.holding.stack[count - 1] = Held::Registers { operand: lower, dirty: true };
                self.holding.stack[count - depth as usize] = Held::Registers { operand: upper, dirty: true };
            }
            I::Unary(operator) => self.unary(operator),
            I::Not => self.not(),
            I::Add => self.binary(BinaryOperator::Add)?,
            I::Subtract => self.binary(BinaryOperator::Subtract)?,
            I::Multiply => self.binary(BinaryOperator::Multiply)?,
            I::Binary(operator) | I::InPlace(operator) => self.binary(operator)?,
            I::Compare(comparison) => self.compare(comparison),
            I::Is(negated) => self.is(negated),
            I::Subscript => self.subscript(),
            I::StoreSubscript => self.store_subscript(),
            I::ListAppend(depth) => self.list_append(depth),
            I::LoadAttribute { name, .. } => self.load_attribute(name)?,
            I::StoreAttribute { name, .. } => self.store_attribute(name)?,
            I::LoadMethod { name, .. } => self.load_method(position, name),
            I::GetIterator => self.get_iterator(),
            I::Call { arguments, .. } => self.call_intrinsic(arguments, arguments + 1)?,
            I::CallMethod { arguments, .. } => self.call_intrinsic(arguments, arguments + 2)?,
            _ => return Err(Problem::Instruction(position, "an instruction that was expected to be one of numbers")),
        }
        Ok(())
    }

    /// An operand in registers; 0 is the lowest.
    /// The type of an operand; 0 is the lowest.
    pub(super) fn kind_at(&self, depth: usize) -> Type {
        match self.holding.stack[depth] {
            Held::Registers { operand, .. } => operand.kind,
            Held::Dead | Held::InFrame => Type::Unknown,
        }
    }

    fn operand(&mut self, depth: usize) -> Operand {
        match self.holding.stack[depth] {
            Held::Registers { operand, .. } => operand,
            Held::Dead | Held::InFrame => {
                let address = self.depth(depth);
                let parts = [0, 8, 16].map(|part| self.load_part(types::I64, address, part));
                Operand::new(Type::Unknown, &parts)
            }
        }
    }
}
