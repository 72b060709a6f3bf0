//! A small interpreter of bytecode that the tests compare compiled code with, and an assembler that reads bytecode as text.
#![expect(unsafe_code, reason = "compiled loops are entered")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::bytecode::{BinaryOperator, Code, Comparison, Handler, Instruction, Kind, UnaryOperator};
use crate::error::{ExceptionKind, Outcome};
use crate::native::{
    CompiledLoop, Compiler, Environment, Intrinsic, Left, NativeContext, Next, Options, Refused, Step, Watched, layout,
};
use crate::objects::{Class, Instance, List, Module};
use crate::source::SourceFile;
use crate::state::{Hooks, Machine};
use crate::types::Observed;
use crate::value::{BuiltinId, Ref, Type, Value};
use crate::{iteration, operators};

/// For programs that nobody interrupts, and for the one that is.
static NEVER: AtomicBool = AtomicBool::new(false);
static INTERRUPT: AtomicBool = AtomicBool::new(false);

/// Built-in functions of the tests, in the order of their numbers, with their modules.
const BUILTINS: [(&str, &str); 7] = [
    ("builtins", "abs"),
    ("builtins", "len"),
    ("math", "sqrt"),
    ("math", "sin"),
    ("builtins", "note"),
    ("math", "log"),
    ("builtins", "append"),
];

/// A program of one function.
pub(super) struct Program {
    pub(super) machine: Machine,
    pub(super) code: Rc<Code>,
    pub(super) module: Ref<Module>,
    /// At which noted integer the user interrupts.
    pub(super) interrupt_at: Option<i64>,
    labels: Vec<(String, u32)>,
}

/// What came out: the result or the exception's class, and what was noted. Locals that nobody reads any more may differ, so they are
/// not compared.
#[derive(Debug)]
pub(super) struct Outcomes {
    pub(super) result: Result<String, &'static str>,
    pub(super) noted: Vec<String>,
    pub(super) locals: Vec<String>,
}

impl PartialEq for Outcomes {
    fn eq(&self, other: &Outcomes) -> bool {
        self.result == other.result && self.noted == other.noted
    }
}

/// No program runs below the functions of Rust that the tests use.
fn hooks() -> Hooks {
    Hooks {
        call: |_, _, _| unreachable!("nothing is called"),
        resume: |_, _| unreachable!("there are no generators"),
        step: |_| unreachable!("no instruction is executed"),
        attribute: |_, _, _| unreachable!("no attribute is asked for"),
        item: operators::subscript,
        elements: iteration::collect,
        operate: operators::binary,
        builtin_name: |BuiltinId(number)| BUILTINS[number as usize].1,
    }
}

/// A constant as the assembler reads it.
fn constant(text: &str) -> Value {
    match text {
        "None" => Value::None,
        "True" => Value::Bool(true),
        "False" => Value::Bool(false),
        text if text.ends_with('j') => Value::Complex(0.0, text[..text.len() - 1].parse().unwrap()),
        text => match text.parse() {
            Ok(number) => Value::Int(number),
            Err(_) => Value::Float(text.parse().unwrap()),
        },
    }
}

fn operator(word: &str) -> Option<Instruction> {
    use BinaryOperator as O;
    Some(match word {
        "+" => Instruction::Add,
        "-" => Instruction::Subtract,
        "*" => Instruction::Multiply,
        "/" => Instruction::Binary(O::TrueDivide),
        "//" => Instruction::Binary(O::FloorDivide),
        "%" => Instruction::Binary(O::Modulo),
        "**" => Instruction::Binary(O::Power),
        "<<" => Instruction::Binary(O::LeftShift),
        ">>" => Instruction::Binary(O::RightShift),
        "&" => Instruction::Binary(O::And),
        "|" => Instruction::Binary(O::Or),
        "^" => Instruction::Binary(O::Xor),
        "<" => Instruction::Compare(Comparison::Less),
        "<=" => Instruction::Compare(Comparison::LessEqual),
        "==" => Instruction::Compare(Comparison::Equal),
        "!=" => Instruction::Compare(Comparison::NotEqual),
        ">" => Instruction::Compare(Comparison::Greater),
        ">=" => Instruction::Compare(Comparison::GreaterEqual),
        "negative" => Instruction::Unary(UnaryOperator::Negative),
        "positive" => Instruction::Unary(UnaryOperator::Positive),
        "invert" => Instruction::Unary(UnaryOperator::Invert),
        "not" => Instruction::Not,
        "is" => Instruction::Is(false),
        "is_not" => Instruction::Is(true),
        "pop" => Instruction::PopTop,
        "item" => Instruction::Subscript,
        "store_item" => Instruction::StoreSubscript,
        "iter" => Instruction::GetIterator,
        "return" => Instruction::Return,
        "yield" => Instruction::Yield,
        _ => return None,
    })
}

impl Program {
    /// Reads a function: one instruction a line, labels with a colon. The slots are named first, arguments before others.
    pub(super) fn new(slots: &str, text: &str) -> Program {
        let mut machine = Machine::new(hooks(), Box::new(std::io::sink()), Vec::new());
        let module = module(&mut machine);
        let slots: Vec<&str> = slots.split_whitespace().collect();
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        let lines: Vec<_> = lines.into_iter().filter(|line: &Vec<&str>| !line.is_empty()).collect();
        let mut labels = Vec::new();
        let mut count = 0;
        for line in &lines {
            match line[0].strip_suffix(':') {
                Some(label) => labels.push((label.to_owned(), count)),
                None => count += 1,
            }
        }
        let label = |name: &str| labels.iter().find(|(known, _)| known == name).unwrap().1;
        let slot = |name: &str| slots.iter().position(|known| *known == name).unwrap() as u32;
        let mut constants = Vec::new();
        let mut instructions = Vec::new();
        for line in lines.iter().filter(|line| !line[0].ends_with(':')) {
            use Instruction as I;
            let word = line.get(1).copied().unwrap_or_default();
            instructions.push(match line[0] {
                "const" => {
                    constants.push(constant(word));
                    I::LoadConst(constants.len() as u32 - 1)
                }
                "load" => I::LoadFast(slot(word)),
                "store" => I::StoreFast(slot(word)),
                "delete" => I::DeleteFast(slot(word)),
                "global" => I::LoadGlobal { place: place(&mut machine, module, word) },
                "store_global" => I::StoreGlobal { place: place(&mut machine, module, word) },
                "call" => I::Call { arguments: word.parse().unwrap(), keywords: 0 },
                "call_method" => I::CallMethod { arguments: word.parse().unwrap(), keywords: 0 },
                "method" => I::LoadMethod { name: machine.names.symbol(word), cache: 0 },
                "attribute" => I::LoadAttribute { name: machine.names.symbol(word), cache: 0 },
                "store_attribute" => I::StoreAttribute { name: machine.names.symbol(word), cache: 0 },
                "copy" => I::Copy(word.parse().unwrap()),
                "swap" => I::Swap(word.parse().unwrap()),
                "append" => I::ListAppend(word.parse().unwrap()),
                "list" => I::BuildList(word.parse().unwrap()),
                "tuple" => I::BuildTuple(word.parse().unwrap()),
                "unpack" => I::UnpackSequence(word.parse().unwrap()),
                "for" => I::ForIterator(label(word)),
                "back" => I::JumpBackward(label(word)),
                "jump" => I::Jump(label(word)),
                "if_false" => I::PopJumpIfFalse(label(word)),
                "if_true" => I::PopJumpIfTrue(label(word)),
                "and" => I::JumpIfFalseOrPop(label(word)),
                "or" => I::JumpIfTrueOrPop(label(word)),
                word => operator(word).unwrap_or_else(|| panic!("no instruction {word}")),
            });
        }
        let code = Code {
            kind: Kind::Function,
            name: "f".into(),
            qualified_name: "f".into(),
            file: Arc::new(SourceFile::new("f.py", "").expect("a short text")),
            first_line: 1,
            arguments: 0,
            star: false,
            slots: slots.iter().map(|name| machine.names.symbol(name)).collect(),
            free: 0,
            constants,
            keywords: Vec::new(),
            functions: Vec::new(),
            spans: vec![Default::default(); instructions.len()],
            lines: (1..=instructions.len() as u32).collect(),
            instructions,
            handlers: Vec::<Handler>::new(),
            depth: 16,
            caches: 1,
            number: 0,
        };
        Program { machine, code: Rc::new(code), module, interrupt_at: None, labels }
    }

    pub(super) fn label(&self, name: &str) -> u32 {
        self.labels.iter().find(|(known, _)| known == name).unwrap().1
    }

    /// A list of the heap.
    pub(super) fn list(&mut self, items: Vec<Value>) -> Value {
        self.machine.heap.list(items)
    }

    /// An object of a class of its own with these attributes.
    pub(super) fn object(&mut self, attributes: &[(&str, Value)]) -> Value {
        let layout = attributes.iter().map(|(name, _)| self.machine.names.symbol(name)).collect();
        let class = self.machine.heap.allocate(Class {
            name: "C".into(),
            qualified_name: "C".into(),
            module: "__main__".into(),
            base: crate::objects::Base::Object,
            attributes: Vec::new(),
            slots: None,
            layout,
        });
        let attributes = List::new(attributes.iter().map(|&(_, value)| value).collect());
        Value::Instance(self.machine.heap.allocate(Instance { attributes, class }))
    }

    /// Binds a global name.
    pub(super) fn bind(&mut self, name: &str, value: Value) {
        let place = place(&mut self.machine, self.module, name);
        self.machine.heap[self.module].values[place as usize] = value;
    }

    fn environment(&self) -> Environment<'_> {
        Environment {
            heap: &self.machine.heap,
            names: &self.machine.names,
            module: self.module,
            intrinsic: &intrinsic,
            list_method: &|name| (name == "append").then(|| builtin("append")),
            interrupt: if self.interrupt_at.is_some() { &INTERRUPT } else { &NEVER },
            module_changes: 0,
        }
    }

    /// Compiles a loop for locals that are all integers.
    pub(super) fn compile(&self, head: &str) -> Result<CompiledLoop, Refused> {
        let mut observed = Observed::new(&self.code);
        let head = self.label(head);
        let depth = depths(&self.code, head);
        observed.head(head, &vec![Value::Int(1); self.code.slots.len() + depth], &self.machine.heap);
        Compiler::new().unwrap().compile(self.environment(), &self.code, head, &observed, &Options::default())
    }

    /// Calls the function with these values of its first slots.
    pub(super) fn run(&mut self, arguments: &[Value], engine: &mut Engine) -> Outcomes {
        let slots = self.code.slots.len();
        let mut frame = vec![Value::Unbound; slots + self.code.depth as usize];
        frame[..arguments.len()].copy_from_slice(arguments);
        NOTED.with_borrow_mut(Vec::clear);
        INTERRUPT_AT.set(self.interrupt_at);
        CODE.set(Some(self.code.clone()));
        MODULE.set(Some(self.module));
        let result = self.execute(&mut frame, engine);
        let result = match result {
            Ok(value) => Ok(show(&self.machine, value)),
            Err(raised) => match self.machine.heap[raised.0].class {
                Value::ExceptionType(kind) => Err(kind.name()),
                _ => Err("?"),
            },
        };
        let locals = frame[..slots].iter().map(|&value| show(&self.machine, value)).collect();
        Outcomes { result, noted: NOTED.with_borrow_mut(std::mem::take), locals }
    }

    fn execute(&mut self, frame: &mut [Value], engine: &mut Engine) -> Outcome<Value> {
        let slots = self.code.slots.len();
        let mut depth = 0;
        let mut position = 0;
        let mut recording = None;
        let code = self.code.clone();
        loop {
            let at = position;
            match step(&mut self.machine, self.module, &code, frame, at, &mut depth)? {
                Flow::Return(value) => return Ok(value),
                Flow::Next => position += 1,
                Flow::Jump(target) => position = target,
            }
            if recording.is_some() && depth > 0 {
                let below = usize::from(matches!(code.instructions[at as usize], Instruction::LoadMethod { .. }));
                engine.observed(&code).result(at, frame[slots + depth - 1 - below], &self.machine.heap);
            }
            let Instruction::JumpBackward(head) = code.instructions[at as usize] else { continue };
            if self.interrupt_at.is_some() && INTERRUPT.load(Ordering::Relaxed) {
                return Err(self.machine.heap.raise(ExceptionKind::KeyboardInterrupt, ""));
            }
            if recording == Some(head) {
                recording = None;
            }
            // What is written down shall be complete: nothing compiled runs meanwhile.
            if recording.is_some() {
                continue;
            }
            let Engine::Native { options, watched, observed, compiler, .. } = engine else { continue };
            let watched = &mut watched.iter_mut().find(|(known, _)| *known == head).unwrap().1;
            match watched.next(options) {
                Next::Interpret => continue,
                Next::Record => {
                    observed.as_mut().unwrap().head(head, &frame[..slots + depth], &self.machine.heap);
                    recording = Some(head);
                    continue;
                }
                Next::Compile => {
                    let types = observed.as_ref().unwrap();
                    watched.finished(compiler.compile(self.environment(), &code, head, types, options));
                }
                Next::Enter => {}
            }
            let Some(compiled) = watched.compiled().cloned() else { continue };
            // SAFETY: the machine outlives the context, and the frame has room for the operands.
            let left = unsafe {
                let machine = &raw mut self.machine;
                let mut context = NativeContext::new(&raw mut (*machine).heap, machine.cast(), self.module, interpret);
                compiled.run(frame.as_mut_ptr(), &mut context)
            };
            if watched.left(left) {
                recording = Some(head);
            }
            match left {
                Left::At(next, _) => position = next,
                Left::Raised(_) => return Err(RAISED.take().unwrap()),
            }
            depth = depths(&code, position);
            if recording.is_some() && position == head {
                observed.as_mut().unwrap().head(head, &frame[..slots + depth], &self.machine.heap);
            }
        }
    }
}

/// How many operands there are before an instruction.
fn depths(code: &Code, position: u32) -> usize {
    super::super::region::depths(code)[position as usize].unwrap() as usize
}

/// How a program is run.
pub(super) enum Engine {
    /// Instruction by instruction.
    Reference,
    /// With its loops compiled.
    Native { options: Options, watched: Vec<(u32, Watched)>, observed: Option<Observed>, compiler: Box<Compiler> },
}

impl Engine {
    /// Compiles soon, and every loop of the program.
    pub(super) fn native(program: &Program, options: Options) -> Engine {
        let heads = program.code.instructions.iter().filter_map(|instruction| match instruction {
            Instruction::JumpBackward(head) => Some((*head, Watched::default())),
            _ => None,
        });
        let mut watched: Vec<(u32, Watched)> = heads.collect();
        watched.dedup_by_key(|(head, _)| *head);
        let observed = Some(Observed::new(&program.code));
        Engine::Native { options, watched, observed, compiler: Box::new(Compiler::new().unwrap()) }
    }

    fn observed(&mut self, code: &Code) -> &mut Observed {
        match self {
            Engine::Native { observed, .. } => observed.get_or_insert_with(|| Observed::new(code)),
            Engine::Reference => unreachable!("the reference records nothing"),
        }
    }

    /// The loop with this head.
    pub(super) fn watched(&self, head: u32) -> &Watched {
        match self {
            Engine::Native { watched, .. } => &watched.iter().find(|(known, _)| *known == head).unwrap().1,
            Engine::Reference => unreachable!("the reference watches nothing"),
        }
    }
}

thread_local! {
    static NOTED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static CODE: RefCell<Option<Rc<Code>>> = const { RefCell::new(None) };
    static RAISED: RefCell<Option<crate::error::Raised>> = const { RefCell::new(None) };
    static INTERRUPT_AT: Cell<Option<i64>> = const { Cell::new(None) };
    static MODULE: RefCell<Option<Ref<Module>>> = const { RefCell::new(None) };
}

/// What compiled code calls.
fn interpret(context: &mut NativeContext, position: u32, depth: u32) -> Step {
    let code = CODE.with_borrow(Clone::clone).unwrap();
    let module = MODULE.with_borrow(Clone::clone).unwrap();
    let mut depth = depth as usize;
    // SAFETY: the frame is the one that `execute` has given, of this length; the machine is its machine.
    let (frame, machine) = unsafe {
        let length = code.slots.len() + code.depth as usize;
        (std::slice::from_raw_parts_mut(context.frame, length), &mut *context.machine.cast::<Machine>())
    };
    // Lists move.
    machine.heap.list(Vec::new());
    match step(machine, module, &code, frame, position, &mut depth) {
        Ok(Flow::Next) => Step::Next,
        Ok(_) => Step::Jumped,
        Err(raised) => {
            RAISED.set(Some(raised));
            Step::Raised
        }
    }
}

fn module(machine: &mut Machine) -> Ref<Module> {
    let names = ["abs", "len", "sqrt", "sin", "note", "log", "range", "int", "float", "complex", "math"];
    let names = names.iter().map(|name| machine.names.symbol(name)).collect::<Vec<_>>();
    let names_of_module = names.len();
    let module = Module {
        name: "__main__".into(),
        values: vec![Value::Unbound; names.len()],
        fallback: vec![Value::Unbound; names.len()],
        names,
    };
    let module = machine.heap.allocate(module);
    let math = Module { name: "math".into(), values: Vec::new(), names: Vec::new(), fallback: Vec::new() };
    let math = Value::Module(machine.heap.allocate(math));
    machine.heap[module].values[names_of_module - 1] = math;
    MODULE.set(Some(module));
    module
}

fn place(machine: &mut Machine, module: Ref<Module>, name: &str) -> u32 {
    let symbol = machine.names.symbol(name);
    let module = &mut machine.heap[module];
    if let Some(place) = module.place(symbol) {
        return place as u32;
    }
    module.names.push(symbol);
    module.values.push(Value::Unbound);
    module.names.len() as u32 - 1
}

pub(super) fn intrinsic(value: Value) -> Option<Intrinsic> {
    match value {
        Value::Builtin(BuiltinId(number)) => {
            let (module, name) = BUILTINS[number as usize];
            Intrinsic::named(module, name)
        }
        Value::Type(kind) => Intrinsic::named("builtins", kind.name()),
        _ => None,
    }
}

/// A value with all its bits.
pub(super) fn show(machine: &Machine, value: Value) -> String {
    match value {
        // The sign of what is not a number is nobody's business.
        Value::Float(number) if number.is_nan() => "Float(nan)".to_owned(),
        Value::Float(number) => format!("Float({number:?}, {:x})", number.to_bits()),
        Value::Complex(real, imaginary) => {
            let [real, imaginary] = [real, imaginary].map(|part| show(machine, Value::Float(part)));
            format!("Complex({real}, {imaginary})")
        }
        Value::List(list) => {
            let items: Vec<String> = machine.heap[list].iter().map(|&item| show(machine, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Instance(instance) => {
            let attributes = machine.heap[instance].attributes.iter();
            format!("object {:?}", attributes.map(|&value| show(machine, value)).collect::<Vec<_>>())
        }
        Value::Big(big) => format!("Big({})", machine.heap[big]),
        other => format!("{other:?}"),
    }
}

enum Flow {
    Next,
    Jump(u32),
    Return(Value),
}

/// Does one instruction.
fn step(
    machine: &mut Machine,
    module: Ref<Module>,
    code: &Code,
    frame: &mut [Value],
    position: u32,
    depth: &mut usize,
) -> Outcome<Flow> {
    use Instruction as I;
    let slots = code.slots.len();
    let (locals, stack) = frame.split_at_mut(slots);
    macro_rules! pop {
        () => {{
            *depth -= 1;
            stack[*depth]
        }};
    }
    macro_rules! push {
        ($value:expr) => {{
            let value = $value;
            stack[*depth] = value;
            *depth += 1;
        }};
    }
    match code.instructions[position as usize] {
        I::LoadConst(index) => push!(code.constants[index as usize]),
        I::LoadFast(slot) => {
            let value = locals[slot as usize];
            if !value.is_bound() {
                return Err(machine.heap.raise(ExceptionKind::UnboundLocalError, "unbound"));
            }
            push!(value)
        }
        I::StoreFast(slot) => locals[slot as usize] = pop!(),
        I::DeleteFast(slot) => locals[slot as usize] = Value::Unbound,
        I::LoadGlobal { place } => {
            let value = machine.heap[module].values[place as usize];
            let name = machine.heap[module].names[place as usize];
            let name = machine.names.text(name).clone();
            push!(if value.is_bound() { value } else { builtin(&name) })
        }
        I::StoreGlobal { place } => machine.heap[module].values[place as usize] = pop!(),
        I::LoadMethod { name, .. } => {
            let name = machine.names.text(name).clone();
            let object = pop!();
            push!(builtin(&name));
            push!(if matches!(object, Value::List(_)) { object } else { Value::Unbound });
        }
        I::PopTop => {
            pop!();
        }
        I::Copy(at) => push!(stack[*depth - at as usize]),
        I::Swap(at) => stack.swap(*depth - 1, *depth - at as usize),
        I::Unary(operator) => {
            let value = pop!();
            push!(operators::unary(machine, operator, value)?)
        }
        I::Not => {
            let value = pop!();
            push!(Value::Bool(!operators::truth(&machine.heap, value)))
        }
        I::Add => binary(machine, BinaryOperator::Add, stack, depth)?,
        I::Subtract => binary(machine, BinaryOperator::Subtract, stack, depth)?,
        I::Multiply => binary(machine, BinaryOperator::Multiply, stack, depth)?,
        I::Binary(operator) => binary(machine, operator, stack, depth)?,
        I::Compare(comparison) => {
            let (right, left) = (pop!(), pop!());
            push!(Value::Bool(operators::compare(machine, comparison, left, right)?))
        }
        I::Is(negated) => {
            let (right, left) = (pop!(), pop!());
            push!(Value::Bool(left.is_same(right) != negated))
        }
        I::Subscript => {
            let (index, container) = (pop!(), pop!());
            push!(operators::subscript(machine, container, index)?)
        }
        I::StoreSubscript => {
            let (index, container, value) = (pop!(), pop!(), pop!());
            operators::store_subscript(machine, container, index, value)?
        }
        I::ListAppend(at) => {
            let value = pop!();
            if let Value::List(list) = stack[*depth - at as usize] {
                machine.heap[list].push(value);
            }
        }
        I::BuildList(count) => {
            *depth -= count as usize;
            let items = stack[*depth..*depth + count as usize].to_vec();
            push!(machine.heap.list(items))
        }
        I::BuildTuple(count) => {
            *depth -= count as usize;
            let items = stack[*depth..*depth + count as usize].to_vec();
            push!(machine.heap.tuple(items))
        }
        I::UnpackSequence(count) => {
            let value = pop!();
            for item in iteration::unpack(machine, value, count as usize)?.into_iter().rev() {
                push!(item)
            }
        }
        I::LoadAttribute { name, .. } => {
            let value = pop!();
            let text = machine.names.text(name).clone();
            push!(match (value, &*text) {
                (Value::Complex(real, _), "real") => Value::Float(real),
                (Value::Complex(_, imaginary), "imag") => Value::Float(imaginary),
                (Value::Float(number), "real") => Value::Float(number),
                (Value::Float(_), "imag") => Value::Float(0.0),
                (Value::Int(number), "real") => Value::Int(number),
                (Value::Int(_), "imag") => Value::Int(0),
                (Value::Instance(object), _) => {
                    let place = machine.heap[machine.heap[object].class].layout.iter().position(|&known| known == name);
                    machine.heap[object].attributes[place.unwrap()]
                }
                _ => return Err(machine.heap.raise(ExceptionKind::AttributeError, "no attribute")),
            })
        }
        I::StoreAttribute { name, .. } => {
            let (object, value) = (pop!(), pop!());
            if let Value::Instance(object) = object {
                let place = machine.heap[machine.heap[object].class].layout.iter().position(|&known| known == name);
                machine.heap[object].attributes[place.unwrap()] = value;
            }
        }
        I::Jump(target) | I::JumpBackward(target) => return Ok(Flow::Jump(target)),
        I::PopJumpIfFalse(target) => {
            let value = pop!();
            if !operators::truth(&machine.heap, value) {
                return Ok(Flow::Jump(target));
            }
        }
        I::PopJumpIfTrue(target) => {
            let value = pop!();
            if operators::truth(&machine.heap, value) {
                return Ok(Flow::Jump(target));
            }
        }
        I::JumpIfFalseOrPop(target) | I::JumpIfTrueOrPop(target) => {
            let truth = operators::truth(&machine.heap, stack[*depth - 1]);
            if truth == matches!(code.instructions[position as usize], I::JumpIfTrueOrPop(_)) {
                return Ok(Flow::Jump(target));
            }
            pop!();
        }
        I::GetIterator => {
            let value = pop!();
            push!(iteration::iterator(machine, value)?)
        }
        I::ForIterator(target) => match iteration::next(machine, &mut stack[*depth - 1])? {
            Some(value) => push!(value),
            None => {
                pop!();
                return Ok(Flow::Jump(target));
            }
        },
        I::Call { arguments, .. } => {
            *depth -= arguments as usize + 1;
            let values = stack[*depth..=*depth + arguments as usize].to_vec();
            push!(call_builtin(machine, values[0], &values[1..])?)
        }
        I::CallMethod { arguments, .. } => {
            *depth -= arguments as usize + 2;
            let values = stack[*depth..*depth + arguments as usize + 2].to_vec();
            let first = if values[1].is_bound() { 1 } else { 2 };
            push!(call_builtin(machine, values[0], &values[first..])?)
        }
        I::Return => return Ok(Flow::Return(pop!())),
        other => panic!("the reference does not know {other:?}"),
    }
    Ok(Flow::Next)
}

fn binary(machine: &mut Machine, operator: BinaryOperator, stack: &mut [Value], depth: &mut usize) -> Outcome<()> {
    let result = operators::binary(machine, operator, stack[*depth - 2], stack[*depth - 1])?;
    *depth -= 1;
    stack[*depth - 1] = result;
    Ok(())
}

fn builtin(name: &str) -> Value {
    if let Some(number) = BUILTINS.iter().position(|(_, known)| *known == name) {
        return Value::Builtin(BuiltinId(number as u16));
    }
    Value::Type(match name {
        "range" => Type::Range,
        "int" => Type::Int,
        "float" => Type::Float,
        "complex" => Type::Complex,
        other => panic!("no name {other}"),
    })
}

fn call_builtin(machine: &mut Machine, callable: Value, arguments: &[Value]) -> Outcome<Value> {
    let whole = |index: usize| match arguments[index] {
        Value::Int(number) => number,
        Value::Bool(truth) => truth.into(),
        other => panic!("{other:?} is not whole"),
    };
    let real = |machine: &mut Machine, index: usize| operators::to_float(&mut machine.heap, arguments[index]);
    match callable {
        Value::Builtin(BuiltinId(number)) => match BUILTINS[number as usize].1 {
            "abs" => operators::absolute(&mut machine.heap, arguments[0]),
            "append" => match arguments[0] {
                Value::List(list) => {
                    machine.heap[list].push(arguments[1]);
                    Ok(Value::None)
                }
                _ => Err(machine.heap.type_error("no list")),
            },
            "len" => Ok(Value::Int(operators::length(&mut machine.heap, arguments[0])?)),
            "note" => {
                let text = show(machine, arguments[0]);
                if let (Value::Int(number), Some(last)) = (arguments[0], INTERRUPT_AT.get()) {
                    INTERRUPT.store(number == last, Ordering::Relaxed);
                }
                NOTED.with_borrow_mut(|noted| noted.push(text));
                Ok(Value::None)
            }
            name => {
                let number = real(machine, 0)?.unwrap();
                let result = match name {
                    "sqrt" => number.sqrt(),
                    "log" => number.ln(),
                    _ => number.sin(),
                };
                if !result.is_finite() && number.is_finite() {
                    return Err(machine.heap.value_error("math domain error"));
                }
                Ok(Value::Float(result))
            }
        },
        Value::Type(Type::Range) => {
            let (start, stop, step) = match arguments.len() {
                1 => (0, whole(0), 1),
                2 => (whole(0), whole(1), 1),
                _ => (whole(0), whole(1), whole(2)),
            };
            Ok(Value::Range(machine.heap.allocate(crate::objects::Range { start, stop, step })))
        }
        Value::Type(Type::Float) => Ok(Value::Float(real(machine, 0)?.unwrap())),
        Value::Type(Type::Int) => match arguments[0] {
            Value::Float(number) => operators::truncated(&mut machine.heap, number),
            other => Ok(other),
        },
        Value::Type(Type::Complex) => Ok(Value::Complex(real(machine, 0)?.unwrap(), real(machine, 1)?.unwrap())),
        other => panic!("{other:?} cannot be called"),
    }
}

/// Whether the bytes of a value are those that compiled code writes for it.
pub(super) fn lies_as_said(value: Value) -> bool {
    let mut memory = [0_u64; 3];
    // SAFETY: there is room for a value; the bytes that do not belong to it keep what was there.
    unsafe { memory.as_mut_ptr().cast::<Value>().write(value) };
    let significant = layout::significant(value);
    (0..3).all(|part| memory[part] & significant[part] == layout::words(value)[part] & significant[part])
}
