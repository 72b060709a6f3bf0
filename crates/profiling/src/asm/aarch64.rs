//! Instructions of AArch64.

use std::collections::HashMap;
use std::sync::Arc;

use capstone::arch::arm64::{Arm64Operand, Arm64OperandType as Operand, Arm64Vas};
use capstone::arch::{BuildsCapstone, DetailsArchInsn, arm64};
use capstone::{Capstone, RegId};

use super::error::Error;
use super::flow::{Flow, Graph, Held, held, isolate_padding};
use super::function::Function;
use super::image::Image;
use super::instruction::{Callee, Class, Instruction};
use super::marks::{in_lanes, labels, never_returning};

/// How far before a jump through a table its parts are looked for.
const NEAR: usize = 12;

/// The general registers, without the stack pointer.
const REGISTERS: usize = 31;

/// The instructions of a function and where each of them leads.
pub(crate) fn decode(image: &Image, function: &Function, code: &[u8]) -> Result<(Vec<Instruction>, Vec<Flow>), Error> {
    let decoder = Decoder::new()?;
    let decoded: Vec<Decoded> = (0..)
        .map(|index| function.address() + 4 * index)
        .zip(code.chunks(4))
        .map(|(address, bytes)| decoder.decode(address, bytes))
        .collect();
    let index: HashMap<u64, usize> =
        decoded.iter().enumerate().map(|(index, instruction)| (instruction.address, index)).collect();
    let direct: Vec<Option<Callee>> =
        decoded.iter().map(|instruction| callee(&decoder, image, function, instruction)).collect();
    let mut flows = flows(image, &decoded, &index, &direct);
    let graph = Graph::new(&flows);
    let addresses = addresses(image, &decoded, &graph);
    let callees = direct.into_iter().zip(&decoded).zip(&addresses);
    let callees =
        callees.map(|((direct, instruction), address)| through_register(image, instruction, address).or(direct));
    let callees: Vec<Option<Callee>> = callees.collect();
    never_returning(&mut flows, &callees);
    isolate_padding(&mut flows, |at| decoded[at].is("nop"));
    let labels = labels(&flows, |at| decoded[at].address);
    let instructions = decoded
        .into_iter()
        .zip(callees)
        .zip(&flows)
        .zip(addresses)
        .map(|(((instruction, callee), flow), address)| {
            let target = match flow {
                Flow::Jump(target) | Flow::Branch(target) => Some(function.address() + 4 * *target as u64),
                _ => None,
            };
            let name = match (target.and_then(|target| labels.get(&target)), &callee) {
                (Some(label), _) => Some(format!(".{label}")),
                (None, Some(callee)) => callee.name().map(str::to_owned),
                (None, None) => None,
            };
            let text = text(&instruction, name.as_deref());
            let comment = if instruction.registers().next().is_some() && callee.is_some() {
                name
            } else {
                constant(image, &instruction, address)
            };
            let (loads, stores) = memory(&instruction);
            Instruction {
                text,
                comment,
                class: if callee.is_some() { Class::Call } else { class(&instruction) },
                loads,
                stores,
                divides: divides(&instruction),
                vector_bits: vector_bits(&instruction),
                target,
                label: labels.get(&instruction.address).copied(),
                callee,
                ..Instruction::unmarked(instruction.address, instruction.length)
            }
        })
        .collect();
    Ok((instructions, flows))
}

/// What an instruction calls whose register holds this value.
fn through_register(image: &Image, instruction: &Decoded, value: &Option<Value>) -> Option<Callee> {
    match value {
        _ if !instruction.is("blr") && !instruction.is("br") => None,
        Some(Value::Function(name)) => Some(Callee::named(name.clone())),
        Some(Value::Address(address)) => image.name_at(*address).map(Callee::named),
        _ => None,
    }
}

/// One decoded instruction. What is no instruction has the name `.word` and no operands.
struct Decoded {
    address: u64,
    length: u8,
    name: String,
    operands: String,
    parts: Vec<Part>,
    /// Whether the register that it addresses memory by is changed.
    writeback: bool,
}

/// An operand.
enum Part {
    /// A register with a number from 0 to 30: its width is 64 bits for `x` and 32 for `w`.
    General(usize),
    /// The stack pointer, the zero register, flags and the like.
    Special,
    /// A vector register, or a part of one, with its width in bits and whether all its lanes are meant.
    Vector {
        bits: u16,
        lanes: bool,
    },
    Number(i64),
    Memory {
        base: Option<usize>,
        stack: bool,
        index: Option<usize>,
        offset: i64,
    },
    Other,
}

impl Decoded {
    fn is(&self, name: &str) -> bool {
        self.name == name
    }

    fn starts(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.name.starts_with(name))
    }

    fn general(&self, operand: usize) -> Option<usize> {
        match self.parts.get(operand) {
            Some(Part::General(register)) => Some(*register),
            _ => None,
        }
    }

    fn number(&self, operand: usize) -> Option<i64> {
        match self.parts.get(operand) {
            Some(Part::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// Whether it jumps, always or sometimes, to an address that it holds.
    fn jumps(&self) -> bool {
        self.is("b") || self.branches()
    }

    fn branches(&self) -> bool {
        self.starts(&["b.", "bc.", "cbz", "cbnz", "tbz", "tbnz"])
    }

    /// The address that it jumps to or calls.
    fn target(&self) -> Option<u64> {
        match self.parts.last() {
            Some(Part::Number(address)) if self.jumps() || self.is("bl") => Some(*address as u64),
            _ => None,
        }
    }

    fn registers(&self) -> impl Iterator<Item = usize> {
        (0..self.parts.len()).filter_map(|operand| self.general(operand))
    }

    fn address_part(&self) -> Option<(Option<usize>, bool, Option<usize>, i64)> {
        self.parts.iter().find_map(|part| match part {
            Part::Memory { base, stack, index, offset } => Some((*base, *stack, *index, *offset)),
            _ => None,
        })
    }
}

struct Decoder(Capstone);

impl Decoder {
    fn new() -> Result<Self, Error> {
        let built = Capstone::new().arm64().mode(arm64::ArchMode::Arm).detail(true).build();
        built.map(Self).map_err(|error| Error::Unavailable { why: format!("capstone: {error}") })
    }

    fn decode(&self, address: u64, bytes: &[u8]) -> Decoded {
        let found = self.0.disasm_count(bytes, address, 1).ok();
        let found = found.as_ref().and_then(|found| found.first());
        let detail = found.and_then(|found| self.0.insn_detail(found).ok());
        let detail = detail.as_ref().map(capstone::InsnDetail::arch_detail);
        match (found, detail.as_ref().and_then(|detail| detail.arm64())) {
            (Some(found), Some(detail)) => {
                let name = found.mnemonic().unwrap_or_default().to_owned();
                // Capstone's Rust side makes an enum of the number of a system register, which need not have a name there.
                let of_the_system = ["mrs", "msr", "sys", "sysl"].contains(&name.as_str());
                let operands = Some(detail).filter(|_| !of_the_system).into_iter().flat_map(|detail| detail.operands());
                Decoded {
                    address,
                    length: bytes.len() as u8,
                    operands: found.op_str().unwrap_or_default().to_owned(),
                    parts: operands.map(|operand| self.part(&operand)).collect(),
                    writeback: detail.writeback(),
                    name,
                }
            }
            _ => Decoded {
                address,
                length: bytes.len() as u8,
                name: ".word".to_owned(),
                operands: bytes.iter().rev().fold("0x".to_owned(), |text, byte| text + &format!("{byte:02x}")),
                parts: Vec::new(),
                writeback: false,
            },
        }
    }

    fn part(&self, operand: &Arm64Operand) -> Part {
        match &operand.op_type {
            Operand::Reg(register) => self.register(*register, operand),
            Operand::Imm(number) | Operand::Cimm(number) => Part::Number(*number),
            Operand::Mem(memory) => Part::Memory {
                base: self.number(memory.base()),
                stack: self.0.reg_name(memory.base()).as_deref() == Some("sp"),
                index: self.number(memory.index()),
                offset: memory.disp().into(),
            },
            _ => Part::Other,
        }
    }

    fn register(&self, register: RegId, operand: &Arm64Operand) -> Part {
        use Arm64Vas as V;
        if let Some(number) = self.number(register) {
            return Part::General(number);
        }
        let name = self.0.reg_name(register).unwrap_or_default();
        let all = match operand.vas {
            V::ARM64_VAS_16B | V::ARM64_VAS_8H | V::ARM64_VAS_4S | V::ARM64_VAS_2D | V::ARM64_VAS_1Q => Some(128),
            V::ARM64_VAS_INVALID => None,
            _ => Some(64),
        };
        let named = match name.as_bytes() {
            [letter, b'0'..=b'9', ..] => match letter {
                b'v' | b'q' | b'z' => Some(128),
                b'd' => Some(64),
                b's' => Some(32),
                b'h' => Some(16),
                b'b' => Some(8),
                _ => None,
            },
            _ => None,
        };
        match (all, named) {
            // A single lane of a register counts as that lane.
            (Some(bits), _) => Part::Vector { bits, lanes: operand.vector_index.is_none() },
            (None, Some(bits)) => Part::Vector { bits, lanes: name.starts_with('z') },
            (None, None) => Part::Special,
        }
    }

    /// The number of a general register.
    fn number(&self, register: RegId) -> Option<usize> {
        let name = self.0.reg_name(register)?;
        match name.as_str() {
            "fp" => Some(29),
            "lr" => Some(30),
            name => name.strip_prefix(['x', 'w'])?.parse().ok().filter(|number| *number < REGISTERS),
        }
    }
}

/// The function that an entry of the procedure linkage table jumps to.
fn stub(decoder: &Decoder, image: &Image, address: u64) -> Option<Arc<str>> {
    let code = image.bytes(address..address.checked_add(20)?).or_else(|| image.bytes(address..address + 16))?;
    let decoded: Vec<Decoded> =
        (0..).map(|index| address + 4 * index).zip(code.chunks(4)).map(|(at, code)| decoder.decode(at, code)).collect();
    // adrp x16, page; ldr x17, [x16, offset]; add x16, x16, offset; br x17: after `bti c`, where there is that.
    let load = decoded.iter().position(|instruction| instruction.is("ldr"))?;
    let end = decoded.iter().position(|instruction| instruction.is("br"))?;
    let harmless = |instruction: &Decoded| ["adrp", "ldr", "add", "bti", "nop", "hint"].contains(&&*instruction.name);
    let (base, _, None, offset) = decoded[load].address_part()? else { return None };
    let page = address_in(&decoded[..load], base?)?;
    (load < end && decoded[..end].iter().all(harmless)).then(|| image.pointed_to(page.wrapping_add_signed(offset)))?
}

/// What an instruction calls: by `bl` and `blr`, or by a jump out of the function, which is a call in the place of a return.
fn callee(decoder: &Decoder, image: &Image, function: &Function, instruction: &Decoded) -> Option<Callee> {
    let named = |name: Option<Arc<str>>| Some(name.map_or(Callee::unknown(), Callee::named));
    if instruction.is("blr") {
        return named(None);
    }
    let target = instruction.target()?;
    if instruction.jumps() && function.range().contains(&target) {
        return None;
    }
    named(image.name_at(target).or_else(|| stub(decoder, image, target)))
}

fn flows(image: &Image, decoded: &[Decoded], index: &HashMap<u64, usize>, callees: &[Option<Callee>]) -> Vec<Flow> {
    let target = |instruction: &Decoded| index.get(&instruction.target()?).copied();
    let mut flows: Vec<Flow> = decoded
        .iter()
        .enumerate()
        .map(|(at, instruction)| match instruction.name.as_str() {
            "bl" | "blr" => match &callees[at] {
                Some(callee) if callee.never_returns() => Flow::Leave,
                _ => Flow::Next,
            },
            "b" => target(instruction).map_or(Flow::Leave, Flow::Jump),
            "br" => match jump_table(image, &decoded[..at], instruction, index) {
                targets if targets.is_empty() => Flow::Leave,
                targets => Flow::Table(targets),
            },
            "ret" | "retaa" | "retab" | "eret" | "brk" | "udf" | ".word" => Flow::Leave,
            _ if instruction.branches() => target(instruction).map_or(Flow::Next, Flow::Branch),
            _ => Flow::Next,
        })
        .collect();
    isolate_padding(&mut flows, |at| decoded[at].is("nop"));
    flows
}

/// The address that the last instruction to set a register has put there.
fn address_in(before: &[Decoded], register: usize) -> Option<u64> {
    let at = before.iter().rposition(|instruction| instruction.general(0) == Some(register))?;
    let instruction = &before[at];
    match instruction.name.as_str() {
        "adr" | "adrp" => Some(instruction.number(1)? as u64),
        "add" => {
            let offset = instruction.number(2)?;
            address_in(&before[..at], instruction.general(1)?).map(|base| base.wrapping_add_signed(offset))
        }
        _ => None,
    }
}

/// The targets of a jump through a table: of distances in instructions from some address, or in bytes from the table.
///
/// LLVM compares the index, loads a distance (`ldrb`, `ldrh` or `ldrsw`), and adds it to the address.
fn jump_table(image: &Image, before: &[Decoded], jump: &Decoded, index: &HashMap<u64, usize>) -> Vec<usize> {
    let targets = || {
        let near = &before[before.len().saturating_sub(NEAR)..];
        let to = jump.general(0)?;
        let sum = before.iter().rposition(|instruction| instruction.is("add") && instruction.general(0) == Some(to))?;
        let (base, distance) = (before[sum].general(1)?, before[sum].general(2)?);
        let loads = |instruction: &&Decoded| {
            ["ldrb", "ldrh", "ldrsw"].contains(&&*instruction.name) && instruction.general(0) == Some(distance)
        };
        let load = near.iter().rev().find(loads)?;
        let (table, _, Some(number), 0) = load.address_part()? else { return None };
        let most =
            near.iter().rev().find(|instruction| instruction.is("cmp") && instruction.general(0) == Some(number));
        let (base, table) = (address_in(&before[..sum], base)?, address_in(&before[..sum], table?)?);
        let (size, unit) = match load.name.as_str() {
            "ldrb" => (1, 4),
            "ldrh" => (2, 4),
            _ => (4, 1),
        };
        let entries = u64::try_from(most?.number(1)?).ok()?.min(4096) + 1;
        let mut targets = Vec::new();
        for entry in 0..entries {
            let start = table.checked_add(size * entry)?;
            let bytes = image.constant(start..start.checked_add(size)?)?;
            let distance = match *bytes {
                [byte] => i64::from(byte),
                [low, high] => i64::from(u16::from_le_bytes([low, high])),
                _ => i64::from(i32::from_le_bytes(bytes.try_into().ok()?)),
            };
            targets.push(*index.get(&base.wrapping_add_signed(unit * distance))?);
        }
        Some(targets)
    };
    let mut targets = targets().unwrap_or_default();
    targets.sort_unstable();
    targets.dedup();
    targets
}

/// What a register is known to hold.
#[derive(Clone, PartialEq)]
enum Value {
    /// An address, or the page of one.
    Address(u64),
    /// The address of a function, loaded from a slot that the loader fills.
    Function(Arc<str>),
}

/// For each call through a register what that holds, and for each load the address that it reads, where that is known.
fn addresses(image: &Image, decoded: &[Decoded], graph: &Graph) -> Vec<Option<Value>> {
    let mut found = vec![None; decoded.len()];
    held(graph, |at, state: &mut [Held<Value>; REGISTERS]| {
        let instruction = &decoded[at];
        let known = |state: &[Held<Value>; REGISTERS], register: Option<usize>| match &state[register?] {
            Held::Known(value) => Some(value.clone()),
            _ => None,
        };
        let sum = |value: Option<Value>, offset: i64| match value {
            Some(Value::Address(base)) => Some(Value::Address(base.wrapping_add_signed(offset))),
            _ => None,
        };
        if instruction.is("blr") || instruction.is("br") {
            found[at] = known(state, instruction.general(0));
        }
        let read = match instruction.address_part() {
            Some((base, _, None, offset)) => sum(known(state, base), offset),
            Some(_) => None,
            None if instruction.is("ldr") => instruction.number(1).map(|address| Value::Address(address as u64)),
            None => None,
        };
        if read.is_some() {
            found[at] = read.clone();
        }
        let value = match instruction.name.as_str() {
            "adr" | "adrp" => instruction.number(1).map(|address| Value::Address(address as u64)),
            "add" => instruction.number(2).and_then(|offset| sum(known(state, instruction.general(1)), offset)),
            "mov" => known(state, instruction.general(1)),
            "ldr" => match read {
                Some(Value::Address(slot)) => image.pointed_to(slot).map(Value::Function),
                _ => None,
            },
            _ => None,
        };
        if instruction.is("bl") || instruction.is("blr") {
            // The registers that a called function need not keep.
            state[..19].fill(Held::Unknown);
            state[30] = Held::Unknown;
        }
        for register in written(instruction) {
            state[register] = Held::Unknown;
        }
        if let (Some(value), Some(register)) = (value, instruction.general(0)) {
            state[register] = Held::Known(value);
        }
    });
    found
}

/// The general registers that an instruction changes, a few too many rather than too few: the first operand, of pairs that are loaded
/// the second too, and the address that is moved on.
fn written(instruction: &Decoded) -> impl Iterator<Item = usize> {
    let reads_only =
        instruction.starts(&["cmp", "cmn", "tst", "ccmp", "cb", "tb"]) || memory(instruction) == (false, true);
    let pair = instruction.starts(&["ldp", "ldnp", "ldxp", "ldaxp"]);
    let moved_on = instruction.address_part().filter(|_| instruction.writeback).and_then(|(base, ..)| base);
    let first = instruction.general(0).filter(|_| !reads_only);
    let second = instruction.general(1).filter(|_| pair);
    [first, second, moved_on].into_iter().flatten()
}

/// Whether an instruction loads and whether it stores. What a function saves by moving the stack pointer is not counted.
fn memory(instruction: &Decoded) -> (bool, bool) {
    let pushes = instruction.writeback && instruction.address_part().is_some_and(|(_, stack, ..)| stack);
    let both = instruction.starts(&["swp", "cas", "ldadd", "ldset", "ldclr", "ldeor", "ldsm", "ldum"]);
    let loads = instruction.name.starts_with("ld") || both;
    let stores = instruction.name.starts_with("st") || both;
    (loads && !pushes, stores && !pushes)
}

fn vector_bits(instruction: &Decoded) -> u16 {
    let bits = |part: &Part| match part {
        Part::Vector { bits, .. } => *bits,
        _ => 0,
    };
    instruction.parts.iter().map(bits).max().unwrap_or(0)
}

fn divides(instruction: &Decoded) -> bool {
    instruction.starts(&["sdiv", "udiv", "fdiv", "fsqrt"])
}

fn class(instruction: &Decoded) -> Class {
    // All of these put numbers elsewhere and compute nothing.
    const MOVES: [&str; 28] = [
        "mov", "fmov", "dup", "ins", "umov", "smov", "zip", "uzp", "trn", "ext", "tbl", "tbx", "rev", "xtn", "uxtl",
        "sxtl", "csel", "fcsel", "cset", "mvni", "ld", "st", "swp", "cas", "shll", "sxt", "uxt", "cinc",
    ];
    let name = instruction.name.as_str();
    let (loads, stores) = memory(instruction);
    if instruction.jumps() || name == "br" {
        return Class::Branch;
    }
    let others =
        ["nop", "hint", "ret", "brk", "udf", "bti", "pac", "aut", "xpac", "prfm", "dmb", "dsb", "isb", "svc", ".word"];
    if instruction.starts(&others) || (instruction.starts(&["ld", "st"]) && !loads && !stores) {
        return Class::Other;
    }
    // `extr` takes bits of two integers, unlike `ext` and its like.
    let computes =
        ["extr", "cinc", "rev16", "ldadd", "ldset", "ldclr", "ldeor"].contains(&name) && vector_bits(instruction) == 0;
    if !computes && instruction.starts(&MOVES) {
        return Class::Move;
    }
    if instruction.parts.iter().any(|part| matches!(part, Part::Vector { lanes: true, .. })) {
        return Class::Packed;
    }
    match vector_bits(instruction) {
        0 => Class::Integer,
        _ => Class::Scalar,
    }
}

/// The floating-point numbers that an instruction reads from memory that nobody changes.
fn constant(image: &Image, instruction: &Decoded, address: Option<Value>) -> Option<String> {
    let Some(Value::Address(address)) = address else { return None };
    let bits = vector_bits(instruction);
    if !instruction.is("ldr") || bits < 32 {
        return None;
    }
    let bytes = image.constant(address..address.checked_add(u64::from(bits / 8))?)?;
    let double = |bytes: &[u8]| Some(f64::from_le_bytes(bytes.try_into().ok()?));
    let single = |bytes: &[u8]| Some(f32::from_le_bytes(bytes.try_into().ok()?));
    // Nothing tells whether a whole register holds two numbers or four; the more likely are of an everyday size.
    let everyday = |number: &f64| *number == 0.0 || (1e-30..1e30).contains(&number.abs());
    let doubles: Option<Vec<f64>> = bytes.chunks(8).map(double).collect();
    let numbers = match doubles.filter(|numbers| bits >= 64 && numbers.iter().all(everyday)) {
        Some(numbers) => numbers.iter().map(|number| format!("{number:?}")).collect(),
        None => {
            let singles: Vec<f32> = bytes.chunks(4).map(single).collect::<Option<_>>()?;
            if bits == 64 || !singles.iter().all(|number| everyday(&f64::from(*number))) {
                return None;
            }
            singles.iter().map(|number| format!("{number:?}")).collect::<Vec<_>>()
        }
    };
    Some(in_lanes(&numbers))
}

/// The text, with a name in the place of the address that it jumps to.
fn text(instruction: &Decoded, name: Option<&str>) -> String {
    let operands = match (name, instruction.target()) {
        (Some(name), Some(_)) => match instruction.operands.rsplit_once(", ") {
            Some((before, _)) => format!("{before}, {name}"),
            None => name.to_owned(),
        },
        _ => instruction.operands.clone(),
    };
    format!("{:<9} {operands}", instruction.name).trim_end().to_owned()
}
