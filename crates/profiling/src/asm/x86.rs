//! Instructions of x86-64.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use iced_x86::{
    Code, Decoder, DecoderOptions, FlowControl, Formatter, Instruction as Decoded, InstructionInfoFactory,
    IntelFormatter, MemorySize, Mnemonic, OpAccess, OpKind, Register, SymbolResolver, SymbolResult,
};

use super::flow::{Flow, Graph, Held, held, isolate_padding};
use super::function::Function;
use super::image::Image;
use super::instruction::{Callee, Class, Instruction};
use super::marks::{in_lanes, labels, never_returning};

/// The instructions of a function and where each of them leads.
pub(crate) fn decode(image: &Image, function: &Function, code: &[u8]) -> (Vec<Instruction>, Vec<Flow>) {
    let mut decoder = Decoder::with_ip(64, code, function.address(), DecoderOptions::NONE);
    let mut decoded = Vec::new();
    while decoder.can_decode() {
        decoded.push(decoder.decode());
    }
    let index: HashMap<u64, usize> =
        decoded.iter().enumerate().map(|(index, instruction)| (instruction.ip(), index)).collect();
    // Which calls come back is known only once their names are, and those in registers need the flow.
    let direct: Vec<Option<Callee>> = decoded.iter().map(|instruction| callee(image, function, instruction)).collect();
    let mut flows = flows(image, &decoded, &index, &direct);
    let graph = Graph::new(&flows);
    let held = held_in_registers(image, &decoded, &graph);
    let callees: Vec<Option<Callee>> =
        direct.into_iter().zip(held).map(|(direct, held)| held.map(Callee::named).or(direct)).collect();
    never_returning(&mut flows, &callees);
    isolate_padding(&mut flows, |at| fills(&decoded[at]));
    let labels = labels(&flows, |at| decoded[at].ip());
    let mut info = InstructionInfoFactory::new();
    let mut formatter = formatter(Names::of(image, &decoded, &labels));
    let instructions = decoded
        .iter()
        .zip(callees)
        .zip(&flows)
        .map(|((instruction, callee), flow)| {
            let mut text = String::new();
            formatter.format(instruction, &mut text);
            if callee.as_ref().is_some_and(|callee| callee.name().is_some()) {
                // The brackets tell that the call goes through a slot; how wide that is goes without saying.
                text = text.replace("qword ptr ", "");
            }
            let (loads, stores) = memory(&mut info, instruction);
            let target = match flow {
                Flow::Jump(target) | Flow::Branch(target) => Some(decoded[*target].ip()),
                _ => None,
            };
            let through_register = callee.is_some() && instruction.op0_kind() == OpKind::Register;
            let comment = if through_register {
                callee.as_ref().and_then(|callee| callee.name()).map(str::to_owned)
            } else {
                constant(image, instruction)
            };
            Instruction {
                text,
                comment,
                class: if callee.is_some() { Class::Call } else { class(instruction) },
                loads,
                stores,
                divides: divides(instruction),
                vector_bits: vector_bits(instruction),
                target,
                label: labels.get(&instruction.ip()).copied(),
                callee,
                ..Instruction::unmarked(instruction.ip(), instruction.len() as u8)
            }
        })
        .collect();
    (instructions, flows)
}

/// The length of the instructions in some code, behind which lie the constants that they read.
pub(crate) fn length_of_code(address: u64, code: &[u8]) -> usize {
    let mut decoder = Decoder::with_ip(64, code, address, DecoderOptions::NONE);
    let mut constants = address + code.len() as u64;
    // Behind the last instruction that no other follows by itself; what is between that and the constants is padding.
    let mut end = address;
    while decoder.can_decode() && decoder.ip() < constants {
        let instruction = decoder.decode();
        if instruction.is_ip_rel_memory_operand() && instruction.ip_rel_memory_address() > instruction.ip() {
            constants = constants.min(instruction.ip_rel_memory_address());
        }
        let ends = matches!(
            instruction.flow_control(),
            FlowControl::Return
                | FlowControl::UnconditionalBranch
                | FlowControl::IndirectBranch
                | FlowControl::Exception
        );
        if ends && !instruction.is_invalid() && instruction.next_ip() <= constants {
            end = instruction.next_ip();
        }
    }
    (end - address) as usize
}

/// What writes instructions as Intel's manuals do.
fn formatter(names: Names) -> IntelFormatter {
    let mut formatter = IntelFormatter::with_options(Some(Box::new(names)), None);
    let options = formatter.options_mut();
    options.set_first_operand_char_index(10);
    options.set_space_after_operand_separator(true);
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_uppercase_hex(false);
    options.set_branch_leading_zeros(false);
    options.set_rip_relative_addresses(false);
    options.set_show_branch_size(false);
    options.set_signed_immediate_operands(true);
    options.set_space_between_memory_add_operators(true);
    options.set_space_between_memory_mul_operators(false);
    formatter
}

/// Names instead of addresses, by the address and whether it is jumped to: labels within the function, functions, and the
/// functions that slots point to. The formatter wants to own them.
struct Names(HashMap<(u64, bool), String>);

impl Names {
    fn of(image: &Image, decoded: &[Decoded], labels: &BTreeMap<u64, usize>) -> Self {
        let mut names = HashMap::new();
        for instruction in decoded {
            if instruction.is_ip_rel_memory_operand() {
                let address = instruction.ip_rel_memory_address();
                let is_address = instruction.mnemonic() == Mnemonic::Lea;
                let name = if is_address { image.name_at(address) } else { image.pointed_to(address) };
                names.extend(name.map(|name| ((address, false), name.to_string())));
            } else if instruction.op_count() > 0 && is_near_branch(instruction.op0_kind()) {
                let address = instruction.near_branch_target();
                let name = match labels.get(&address) {
                    Some(label) => Some(format!(".{label}")),
                    None => image.name_at(address).or_else(|| stub(image, address)).map(|name| name.to_string()),
                };
                names.extend(name.map(|name| ((address, true), name)));
            }
        }
        Self(names)
    }
}

fn is_near_branch(operand: OpKind) -> bool {
    matches!(operand, OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64)
}

impl SymbolResolver for Names {
    fn symbol(
        &mut self,
        instruction: &Decoded,
        _: u32,
        instruction_operand: Option<u32>,
        address: u64,
        _: u32,
    ) -> Option<SymbolResult<'_>> {
        let operand = instruction.op_kind(instruction_operand?);
        let name = self.0.get(&(address, is_near_branch(operand)))?;
        Some(SymbolResult::with_str(address, name))
    }
}

/// The function that an entry of the procedure linkage table jumps to.
fn stub(image: &Image, address: u64) -> Option<Arc<str>> {
    let code = image.bytes(address..address.checked_add(16)?)?;
    let mut decoder = Decoder::with_ip(64, code, address, DecoderOptions::NONE);
    for _ in 0..3 {
        let instruction = decoder.decode();
        if instruction.flow_control() == FlowControl::IndirectBranch && instruction.is_ip_rel_memory_operand() {
            return image.pointed_to(instruction.ip_rel_memory_address());
        }
        if instruction.flow_control() != FlowControl::Next {
            return None;
        }
    }
    None
}

/// What an instruction calls: by `call`, or by a jump out of the function, which is a call in the place of a return.
fn callee(image: &Image, function: &Function, instruction: &Decoded) -> Option<Callee> {
    let named = |name: Option<Arc<str>>| Some(name.map_or(Callee::unknown(), Callee::named));
    match instruction.flow_control() {
        FlowControl::Call | FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch => {
            let target = instruction.near_branch_target();
            let is_call = instruction.flow_control() == FlowControl::Call;
            if !is_call && function.range().contains(&target) {
                return None;
            }
            named(image.name_at(target).or_else(|| stub(image, target)))
        }
        FlowControl::IndirectCall => match instruction.op0_kind() {
            OpKind::Memory if instruction.is_ip_rel_memory_operand() => {
                named(image.pointed_to(instruction.ip_rel_memory_address()))
            }
            _ => named(None),
        },
        FlowControl::IndirectBranch if instruction.is_ip_rel_memory_operand() => {
            named(image.pointed_to(instruction.ip_rel_memory_address()))
        }
        _ => None,
    }
}

fn flows(image: &Image, decoded: &[Decoded], index: &HashMap<u64, usize>, callees: &[Option<Callee>]) -> Vec<Flow> {
    let target = |instruction: &Decoded| index.get(&instruction.near_branch_target()).copied();
    let mut flows: Vec<Flow> = decoded
        .iter()
        .enumerate()
        .map(|(at, instruction)| match instruction.flow_control() {
            FlowControl::Next | FlowControl::XbeginXabortXend | FlowControl::Interrupt => Flow::Next,
            FlowControl::Call | FlowControl::IndirectCall => match &callees[at] {
                Some(callee) if callee.never_returns() => Flow::Leave,
                _ => Flow::Next,
            },
            FlowControl::UnconditionalBranch => target(instruction).map_or(Flow::Leave, Flow::Jump),
            FlowControl::ConditionalBranch => target(instruction).map_or(Flow::Next, Flow::Branch),
            FlowControl::IndirectBranch => {
                let targets = jump_table(image, &decoded[..at], instruction, index);
                if targets.is_empty() { Flow::Leave } else { Flow::Table(targets) }
            }
            FlowControl::Return | FlowControl::Exception => Flow::Leave,
        })
        .collect();
    isolate_padding(&mut flows, |at| fills(&decoded[at]));
    flows
}

/// Whether an instruction fills the space before an aligned block.
fn fills(instruction: &Decoded) -> bool {
    matches!(instruction.mnemonic(), Mnemonic::Nop | Mnemonic::Int3)
}

/// The targets of a jump through a table: of offsets from its own beginning, whose address is in a register, or of addresses.
fn jump_table(image: &Image, before: &[Decoded], jump: &Decoded, index: &HashMap<u64, usize>) -> Vec<usize> {
    // How far before the jump its target is computed.
    const NEAR: usize = 12;
    const MOST: u64 = 4096;
    let read = |address: Option<u64>, size: u64| image.constant(address?..address?.checked_add(size)?);
    let mut targets = Vec::new();
    if jump.op0_kind() == OpKind::Memory && jump.memory_base() == Register::None && jump.memory_index_scale() == 8 {
        let table = jump.memory_displacement64();
        for entry in 0..MOST {
            let address = read(table.checked_add(8 * entry), 8).and_then(|bytes| bytes.try_into().ok());
            let Some(&target) = address.and_then(|bytes| index.get(&u64::from_le_bytes(bytes))) else { break };
            targets.push(target);
        }
    } else {
        let loads = |instruction: &&Decoded| {
            instruction.mnemonic() == Mnemonic::Movsxd
                && instruction.op1_kind() == OpKind::Memory
                && instruction.memory_index_scale() == 4
        };
        let Some(load) = before.iter().rev().take(NEAR).find(loads) else { return targets };
        let begins = |instruction: &&Decoded| {
            instruction.mnemonic() == Mnemonic::Lea
                && instruction.is_ip_rel_memory_operand()
                && instruction.op0_register() == load.memory_base()
        };
        let Some(table) = before.iter().rev().find(begins).map(Decoded::ip_rel_memory_address) else { return targets };
        for entry in 0..MOST {
            let offset = read(table.checked_add(4 * entry), 4).and_then(|bytes| bytes.try_into().ok());
            let Some(offset) = offset.map(i32::from_le_bytes) else { break };
            let Some(&target) = index.get(&table.wrapping_add_signed(offset.into())) else { break };
            targets.push(target);
        }
    }
    targets.sort_unstable();
    targets.dedup();
    targets
}

/// For each call through a register the function whose address the register holds, where that is known: compilers load the
/// address of a function that is called in a loop before the loop.
fn held_in_registers(image: &Image, decoded: &[Decoded], graph: &Graph) -> Vec<Option<Arc<str>>> {
    let mut found = vec![None; decoded.len()];
    let through_register = |instruction: &Decoded| {
        matches!(instruction.flow_control(), FlowControl::IndirectCall | FlowControl::IndirectBranch)
            && instruction.op0_kind() == OpKind::Register
    };
    if !decoded.iter().any(through_register) {
        return found;
    }
    const REGISTERS: usize = 16;
    let number = |register: Register| register.is_gpr().then(|| register.full_register().number());
    let mut info = InstructionInfoFactory::new();
    let mut step = |state: &mut [Held<Arc<str>>; REGISTERS], instruction: &Decoded| {
        if matches!(instruction.flow_control(), FlowControl::Call | FlowControl::IndirectCall) {
            for scratch in [0, 1, 2, 6, 7, 8, 9, 10, 11] {
                state[scratch] = Held::Unknown;
            }
        }
        let moved = (instruction.code() == Code::Mov_r64_rm64).then(|| match instruction.op1_kind() {
            OpKind::Memory if instruction.is_ip_rel_memory_operand() => {
                image.pointed_to(instruction.ip_rel_memory_address()).map_or(Held::Unknown, Held::Known)
            }
            OpKind::Register => number(instruction.op1_register()).map_or(Held::Unknown, |from| state[from].clone()),
            _ => Held::Unknown,
        });
        let loaded = (instruction.mnemonic() == Mnemonic::Lea && instruction.is_ip_rel_memory_operand())
            .then(|| image.name_at(instruction.ip_rel_memory_address()).map_or(Held::Unknown, Held::Known));
        let given = (instruction.code() == Code::Mov_r64_imm64)
            .then(|| image.name_at(instruction.immediate64()).map_or(Held::Unknown, Held::Known));
        for used in info.info(instruction).used_registers() {
            let writes = !matches!(used.access(), OpAccess::None | OpAccess::Read | OpAccess::CondRead);
            if let (true, Some(register)) = (writes, number(used.register())) {
                state[register] = Held::Unknown;
            }
        }
        if let (Some(value), Some(register)) = (moved.or(loaded).or(given), number(instruction.op0_register())) {
            state[register] = value;
        }
    };
    held(graph, |at, state: &mut [Held<Arc<str>>; REGISTERS]| {
        if through_register(&decoded[at])
            && let Some(register) = number(decoded[at].op0_register())
        {
            found[at] = match &state[register] {
                Held::Known(name) => Some(name.clone()),
                _ => None,
            };
        }
        step(state, &decoded[at]);
    });
    found
}

/// Whether an instruction loads and whether it stores. The stack that calls, pushes and pops use is not counted.
fn memory(info: &mut InstructionInfoFactory, instruction: &Decoded) -> (bool, bool) {
    use Mnemonic as M;
    let no_access = matches!(instruction.mnemonic(), M::Lea | M::Nop)
        || instruction.flow_control() != FlowControl::Next
        || instruction.is_stack_instruction();
    if no_access {
        return (false, false);
    }
    let info = info.info(instruction);
    let (mut loads, mut stores) = (false, false);
    for used in info.used_memory() {
        let access = used.access();
        loads |= matches!(access, OpAccess::Read | OpAccess::CondRead | OpAccess::ReadWrite | OpAccess::ReadCondWrite);
        stores |=
            matches!(access, OpAccess::Write | OpAccess::CondWrite | OpAccess::ReadWrite | OpAccess::ReadCondWrite);
    }
    (loads, stores)
}

fn registers(instruction: &Decoded) -> impl Iterator<Item = Register> {
    let operands = 0..instruction.op_count();
    operands.filter(|&at| instruction.op_kind(at) == OpKind::Register).map(|at| instruction.op_register(at))
}

fn vector_bits(instruction: &Decoded) -> u16 {
    let bits = |register: Register| match register {
        register if register.is_zmm() => 512,
        register if register.is_ymm() => 256,
        register if register.is_xmm() => 128,
        _ => 0,
    };
    registers(instruction).map(bits).max().unwrap_or(0)
}

fn name(instruction: &Decoded) -> String {
    format!("{:?}", instruction.mnemonic()).to_ascii_lowercase()
}

fn divides(instruction: &Decoded) -> bool {
    let name = name(instruction);
    let name = name.strip_prefix('v').unwrap_or(&name);
    ["div", "idiv", "sqrt", "fdiv", "fidiv", "fsqrt"].iter().any(|start| name.starts_with(start))
}

fn class(instruction: &Decoded) -> Class {
    use Mnemonic as M;
    match instruction.flow_control() {
        FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch | FlowControl::IndirectBranch => {
            return Class::Branch;
        }
        FlowControl::Next => {}
        _ => return Class::Other,
    }
    let mnemonic = instruction.mnemonic();
    let name = name(instruction);
    if vector_bits(instruction) > 0 {
        return vector_class(instruction, name.strip_prefix('v').unwrap_or(&name));
    }
    match mnemonic {
        M::Nop | M::Push | M::Pop | M::Endbr64 | M::Vzeroupper | M::Vzeroall | M::Emms | M::Int3 => Class::Other,
        M::Mov | M::Movzx | M::Movsx | M::Movsxd | M::Movbe | M::Xchg | M::Kmovb | M::Kmovw | M::Kmovd | M::Kmovq => {
            Class::Move
        }
        M::Movsb | M::Movsw | M::Movsd | M::Movsq | M::Stosb | M::Stosw | M::Stosd | M::Stosq => Class::Move,
        _ if name.starts_with("cmov") => Class::Move,
        _ if name.starts_with("prefetch") || name.ends_with("fence") => Class::Other,
        // The registers of the old floating-point unit are not vectors.
        _ if registers(instruction).any(Register::is_st) || name.starts_with('f') => match name.as_str() {
            "fld" | "fst" | "fstp" | "fxch" | "fild" | "fistp" | "fldz" | "fld1" => Class::Move,
            _ => Class::Scalar,
        },
        _ => Class::Integer,
    }
}

/// The class of an instruction on vector registers by its name, which is without the `v` of the newer encoding.
fn vector_class(instruction: &Decoded, name: &str) -> Class {
    // All of these put numbers elsewhere and compute nothing.
    const MOVES: [&str; 19] = [
        "mov",
        "lddqu",
        "broadcast",
        "pbroadcast",
        "shuf",
        "pshuf",
        "perm",
        "pperm",
        "unpck",
        "punpck",
        "insert",
        "pinsr",
        "extract",
        "pextr",
        "blend",
        "pblend",
        "gather",
        "pgather",
        "align",
    ];
    const MORE_MOVES: [&str; 9] =
        ["palign", "pack", "compress", "expand", "pcompress", "pexpand", "scatter", "pscatter", "pmov"];
    let clears = ["xorps", "xorpd", "pxor", "pxord", "pxorq"].contains(&name) && {
        let mut sources = (0..instruction.op_count()).rev().take(2);
        let register = |at: Option<u32>| at.filter(|&at| instruction.op_kind(at) == OpKind::Register);
        match (register(sources.next()), register(sources.next())) {
            (Some(a), Some(b)) => instruction.op_register(a) == instruction.op_register(b),
            _ => false,
        }
    };
    let is_mask = name.starts_with("movmsk") || name.starts_with("pmovmsk");
    let moves = MOVES.iter().chain(&MORE_MOVES).any(|start| name.starts_with(start));
    if clears || (moves && !is_mask) {
        return Class::Move;
    }
    let bitwise = ["andps", "andpd", "andnps", "andnpd", "orps", "orpd", "xorps", "xorpd"].contains(&name);
    if bitwise && vector_bits(instruction) == 128 && !instruction.has_op_mask() {
        // How the sign of a single number is changed: there is no scalar instruction for it.
        return Class::Scalar;
    }
    let from_scalar = ["cvtsi2", "cvtss2", "cvtsd2", "cvttss2", "cvttsd2", "cvtusi2", "cvtsh2"];
    let scalar = name.ends_with("sd") || name.ends_with("ss") || name.ends_with("sh");
    if scalar || from_scalar.iter().any(|start| name.starts_with(start)) { Class::Scalar } else { Class::Packed }
}

/// The floating-point number that an instruction reads from memory that nobody changes.
fn constant(image: &Image, instruction: &Decoded) -> Option<String> {
    use MemorySize as S;
    if !instruction.is_ip_rel_memory_operand() || vector_bits(instruction) == 0 {
        return None;
    }
    let size = instruction.memory_size();
    let single = match size.element_type() {
        S::Float64 => false,
        S::Float32 => true,
        _ => return None,
    };
    let count = if size.is_broadcast() { 1 } else { size.element_count().max(1) };
    let address = instruction.ip_rel_memory_address();
    let bytes = image.constant(address..address.checked_add(size.size() as u64)?)?;
    let bytes = if size.is_broadcast() { &bytes[..size.element_size().min(bytes.len())] } else { bytes };
    let numbers: Vec<String> = if single {
        bytes.chunks_exact(4).map(|bytes| number(f32::from_le_bytes(bytes.try_into().unwrap_or_default()))).collect()
    } else {
        bytes.chunks_exact(8).map(|bytes| number(f64::from_le_bytes(bytes.try_into().unwrap_or_default()))).collect()
    };
    if numbers.len() != count || count == 0 {
        return None;
    }
    // The mask of a sign is a number only by accident: all bits but the sign's, or the sign's alone.
    let name = name(instruction);
    let name = name.strip_prefix('v').unwrap_or(&name);
    if ["and", "or", "xor"].iter().any(|operation| name.starts_with(operation)) {
        return match numbers[0].as_str() {
            "NaN" => Some("all but the sign".into()),
            "-0.0" => Some("the sign".into()),
            _ => None,
        };
    }
    Some(in_lanes(&numbers))
}

/// A number as short as it can be without becoming another one.
fn number(value: impl std::fmt::Debug) -> String {
    format!("{value:?}")
}
