//! Bytecode for registers, and its listing.

use std::collections::HashSet;
use std::fmt;

use super::error::{CompileError, quoted};
use super::graph::{Graph, Operation, Value, ValueId};
use super::operation::{Constant, Reduction, Second, Type};
use super::parse::Expression;

/// The most registers that a program uses.
pub const MAX_REGISTERS: usize = 1000;

/// Where an instruction reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Input(u32),
    Constant(u32),
    Register(u32),
}

/// Where an instruction writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Register(u32),
    /// Straight into the block of a result.
    Result(u32),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction {
    pub(crate) operation: Operation,
    /// The type of the answer.
    pub(crate) kind: Type,
    pub(crate) target: Target,
    pub(crate) sources: [Source; 3],
    /// The types of the sources.
    pub(crate) kinds: [Type; 3],
}

/// An expression compiled for arrays of certain types and any shapes. Its [`Display`](fmt::Display) is the listing.
///
/// A register holds a block of elements. Each type has registers of its own; no instruction writes where it reads.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) inputs: Vec<(String, Type)>,
    pub(crate) results: Vec<Type>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) instructions: Vec<Instruction>,
    /// How many there are of each type.
    pub(crate) registers: [usize; 4],
    pub(crate) reduction: Option<(Reduction, Option<i64>)>,
    source: String,
    folded: usize,
    shared: usize,
    fused: usize,
}

impl Expression {
    /// Compiles the expression for arrays of these names and types. The arrays are given to the program in the same order.
    ///
    /// # Errors
    /// When a name is missing or named twice, an operation is not there for the types, or the expression keeps more than
    /// [`MAX_REGISTERS`] values at once.
    pub fn compile(&self, inputs: &[(&str, Type)]) -> Result<Program, CompileError> {
        let mut declared = HashSet::with_capacity(inputs.len());
        if let Some((name, _)) = inputs.iter().find(|input| !declared.insert(input.0)) {
            return Err(CompileError::new(&self.source, 0, format!("the array '{}' is declared twice", quoted(name))));
        }
        let mut graph = Graph::new(self, inputs)?;
        let before = graph.uses().iter().filter(|&&uses| uses > 0).count();
        graph.fuse();
        let uses = graph.uses();
        let fused = before - uses.iter().filter(|&&uses| uses > 0).count();
        let program = Program {
            inputs: inputs.iter().map(|&(name, kind)| (name.to_owned(), kind)).collect(),
            results: graph.results.iter().map(|&result| graph.kind(result)).collect(),
            reduction: graph.reduction,
            source: self.source.clone(),
            folded: graph.folded,
            shared: graph.shared,
            fused,
            constants: vec![],
            instructions: vec![],
            registers: [0; 4],
        };
        let program = Writer::new(&graph, &uses, program).written(graph.constants.clone());
        let registers = program.registers.iter().sum::<usize>();
        if registers > MAX_REGISTERS {
            let message = format!("{registers} values are needed at once; {MAX_REGISTERS} are allowed");
            return Err(CompileError::new(&self.source, 0, message));
        }
        Ok(program)
    }
}

/// What writes the instructions, and knows which registers are free.
struct Writer<'a> {
    graph: &'a Graph,
    program: Program,
    /// Values in the order of the instructions; a copy into a result stands at the end.
    order: Vec<(Value, Option<ValueId>, Option<u32>)>,
    last_use: Vec<usize>,
    register: Vec<u32>,
    free: [Vec<u32>; 4],
}

impl<'a> Writer<'a> {
    fn new(graph: &'a Graph, uses: &[u32], program: Program) -> Self {
        let is_work = |value: ValueId| graph.values[value as usize].operation.arity() > 0;
        let straight = |value: ValueId| is_work(value) && uses[value as usize] == 1;
        let mut place = vec![None; graph.values.len()];
        for (&result, index) in graph.results.iter().zip(0..).filter(|(result, _)| straight(**result)) {
            place[result as usize] = Some(index);
        }
        let mut order: Vec<_> = (0..graph.values.len() as ValueId)
            .filter(|&value| uses[value as usize] > 0 && is_work(value))
            .map(|value| (graph.values[value as usize], Some(value), place[value as usize]))
            .collect();
        for (&result, place) in graph.results.iter().zip(0..).filter(|(result, _)| !straight(**result)) {
            let kind = graph.kind(result);
            order.push((Value { operation: Operation::Copy(kind), operands: [result, 0, 0], kind }, None, Some(place)));
        }
        let mut last_use = vec![0; graph.values.len()];
        for (index, (value, ..)) in order.iter().enumerate() {
            value.operands().iter().for_each(|&operand| last_use[operand as usize] = index);
        }
        let register = vec![0; graph.values.len()];
        Self { graph, program, order, last_use, register, free: Default::default() }
    }

    fn written(mut self, constants: Vec<Constant>) -> Program {
        for index in 0..self.order.len() {
            let (value, id, result) = self.order[index];
            let mut sources = [Source::Constant(0); 3];
            let mut kinds = [Type::Bool; 3];
            for (place, &operand) in value.operands().iter().enumerate() {
                sources[place] = self.source(operand);
                kinds[place] = self.graph.kind(operand);
            }
            // The target is taken before the sources are given back, so that they are never the same.
            let target = match result {
                Some(result) => Target::Result(result),
                None => {
                    let register = self.take(value.kind);
                    if let Some(id) = id {
                        self.register[id as usize] = register;
                    }
                    Target::Register(register)
                }
            };
            for (place, &operand) in value.operands().iter().enumerate() {
                let first = !value.operands()[..place].contains(&operand);
                if let (Source::Register(register), true) =
                    (sources[place], first && self.last_use[operand as usize] == index)
                {
                    self.free[kinds[place] as usize].push(register);
                }
            }
            let Value { operation, kind, .. } = value;
            self.program.instructions.push(Instruction { operation, kind, target, sources, kinds });
        }
        self.program.constants = constants;
        self.program
    }

    fn source(&self, value: ValueId) -> Source {
        match self.graph.values[value as usize].operation {
            Operation::Input(place) => Source::Input(place),
            Operation::Constant(place) => Source::Constant(place),
            _ => Source::Register(self.register[value as usize]),
        }
    }

    fn take(&mut self, kind: Type) -> u32 {
        self.free[kind as usize].pop().unwrap_or_else(|| {
            let count = &mut self.program.registers[kind as usize];
            *count += 1;
            (*count - 1) as u32
        })
    }
}

impl Program {
    /// The arrays that it reads, in the order in which they are given to it.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, Type)> {
        self.inputs.iter().map(|(name, kind)| (name.as_str(), *kind))
    }

    /// The types of its results.
    pub fn results(&self) -> &[Type] {
        &self.results
    }

    /// Instructions for a block.
    pub fn len(&self) -> usize {
        self.instructions.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.instructions.is_empty()
    }

    /// Bytes that are at hand for each element of a block: registers, inputs and results.
    pub fn bytes_per_element(&self) -> usize {
        let inputs = self.inputs.iter().map(|input| input.1.bytes()).sum::<usize>();
        self.register_bytes() + inputs + self.results.iter().map(|result| result.bytes()).sum::<usize>()
    }

    /// Bytes of all registers for each element of a block.
    pub(crate) fn register_bytes(&self) -> usize {
        let kinds = [Type::Bool, Type::Int, Type::Float, Type::Complex];
        self.registers.iter().zip(kinds).map(|(count, kind)| count * kind.bytes()).sum()
    }

    /// The listing: what is read and written, an instruction a line, and what the compiler has saved.
    pub fn disassemble(&self) -> String {
        self.to_string()
    }

    fn shown_source(&self, source: Source, kind: Type) -> String {
        match source {
            Source::Input(place) => self.inputs[place as usize].0.clone(),
            Source::Constant(place) => self.constants[place as usize].to_string(),
            Source::Register(register) => format!("{}{register}", kind.letter()),
        }
    }

    fn shown_target(&self, instruction: &Instruction) -> String {
        match instruction.target {
            Target::Register(register) => format!("{}{register}", instruction.kind.letter()),
            Target::Result(_) if self.reduction.is_some() => "block".to_owned(),
            Target::Result(_) if self.results.len() == 1 => "out".to_owned(),
            Target::Result(result) => format!("out{result}"),
        }
    }

    /// The name of an instruction, and what it computes.
    fn shown(&self, instruction: &Instruction) -> (String, String) {
        let source = |place: usize| self.shown_source(instruction.sources[place], instruction.kinds[place]);
        let (a, b, c) = (|| source(0), || source(1), || source(2));
        match instruction.operation {
            Operation::Input(_) | Operation::Constant(_) => (String::new(), String::new()),
            Operation::Copy(_) => ("copy".to_owned(), a()),
            Operation::Convert(from) => (format!("{from}_to_{}", instruction.kind), a()),
            Operation::Unary(operation, _) => (operation.name().to_owned(), format!("{}({})", operation.name(), a())),
            Operation::Binary(operation, _) => {
                let text = match operation.symbol() {
                    Some(symbol) => format!("{} {symbol} {}", a(), b()),
                    None => format!("{}({}, {})", operation.name(), a(), b()),
                };
                (operation.name().to_owned(), text)
            }
            Operation::Compare(comparison, _) => {
                (comparison.name().to_owned(), format!("{} {} {}", a(), comparison.symbol(), b()))
            }
            Operation::Where(_) => ("where".to_owned(), format!("where({}, {}, {})", a(), b(), c())),
            Operation::MakeComplex => ("complex".to_owned(), format!("complex({}, {})", a(), b())),
            Operation::Fused(first, second) => {
                let inner = format!("{} {} {}", a(), first.symbol(), b());
                let text = match second {
                    Second::Add => format!("({inner}) + {}", c()),
                    Second::Sub => format!("({inner}) - {}", c()),
                    Second::SubFrom => format!("{} - ({inner})", c()),
                    Second::Mul => format!("({inner}) * {}", c()),
                    Second::Square => format!("({inner}) ** 2"),
                    Second::Sqrt => format!("sqrt({inner})"),
                };
                (format!("{}_{}", first.name(), second.name()), text)
            }
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |kinds: &mut dyn Iterator<Item = String>| kinds.collect::<Vec<_>>().join(", ");
        writeln!(f, "{}", self.source.trim())?;
        writeln!(f, "reads    {}", list(&mut self.inputs.iter().map(|(name, kind)| format!("{name} {kind}"))))?;
        writeln!(f, "writes   {}", list(&mut self.results.iter().map(Type::to_string)))?;
        for (index, instruction) in self.instructions.iter().enumerate() {
            let (name, text) = self.shown(instruction);
            writeln!(f, "{index:4}  {name:<14}  {:<6} = {text}", self.shown_target(instruction))?;
        }
        if let Some((reduction, axis)) = self.reduction {
            let axis = axis.map(|axis| format!(" over axis {axis}")).unwrap_or_default();
            writeln!(f, "      {:<14}  out    = {}(block){axis}", reduction.name(), reduction.name())?;
        }
        let registers = self.registers.iter().sum::<usize>();
        let Self { folded, shared, fused, .. } = self;
        write!(f, "saved    {folded} folded, {shared} shared, {fused} fused; {registers} registers")
    }
}
