//! The bytecode of a code as text, as `python -m dis` lays it out.

use std::fmt::Write;
use std::ops::Range;

use crate::bytecode::{BinaryOperator, Code, Comparison, Conversion, Instruction, Kind, UnaryOperator};
use crate::compile::flow;
use crate::heap::Heap;
use crate::names::{Names, Symbol};
use crate::objects::Module;
use crate::value::Value;

/// One instruction, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line of the source, where it is another than that of the instruction before.
    pub source_line: Option<u32>,
    /// The number of the instruction.
    pub position: u32,
    /// Whether a jump or an exception may lead here.
    pub is_target: bool,
    /// The instruction as CPython names it.
    pub name: &'static str,
    /// The number behind it.
    pub argument: Option<u32>,
    /// What the number means: `zi`, `+`, `to 48`; or empty.
    pub explanation: String,
}

/// What is needed to explain numbers.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The names.
    pub names: &'a Names,
    /// Where constants lie.
    pub heap: &'a Heap,
    /// The module whose global names the code uses.
    pub globals: &'a Module,
}

/// The instructions of a code.
pub fn listing(code: &Code, context: Context<'_>) -> Vec<Line> {
    let mut targets = vec![false; code.instructions.len()];
    let jumps = code.instructions.iter().filter_map(|&instruction| flow::jump(instruction)).map(|(target, _)| target);
    jumps.chain(code.handlers.iter().map(|handler| handler.target)).for_each(|target| targets[target as usize] = true);
    let mut last = 0;
    let mut lines = Vec::with_capacity(code.instructions.len());
    for (at, &instruction) in code.instructions.iter().enumerate() {
        let line = code.lines[at];
        let source_line = (line != 0 && line != last).then_some(line);
        last = source_line.unwrap_or(last);
        let (argument, explanation) = explain(code, context, instruction);
        lines.push(Line {
            source_line,
            position: at as u32,
            is_target: targets[at],
            name: name(code, instruction),
            argument,
            explanation,
        });
    }
    lines
}

/// The listing of a code and of all codes in it.
pub fn text(code: &Code, context: Context<'_>) -> String {
    let mut text = String::new();
    write_code(&mut text, code, context);
    // Depth first, as they are nested; a list instead of recursion.
    let mut waiting: Vec<&Code> = code.functions.iter().rev().map(|inner| &**inner).collect();
    while let Some(code) = waiting.pop() {
        text += &format!("\nDisassembly of {}:\n", title(code));
        write_code(&mut text, code, context);
        waiting.extend(code.functions.iter().rev().map(|inner| &**inner));
    }
    text
}

/// How a code is called: `<code object calculate_z, file "x.py", line 3>`.
fn title(code: &Code) -> String {
    format!("<code object {}, file \"{}\", line {}>", code.name, code.file.name, code.first_line)
}

fn write_code(text: &mut String, code: &Code, context: Context<'_>) {
    let lines = listing(code, context);
    let line_width = lines.iter().filter_map(|line| line.source_line).max().unwrap_or(0).to_string().len().max(3);
    let position_width = lines.len().to_string().len().max(4);
    for line in &lines {
        if line.source_line.is_some() && line.position > 0 {
            text.push('\n');
        }
        let source_line = line.source_line.map(|line| line.to_string()).unwrap_or_default();
        let mark = if line.is_target { ">>" } else { "  " };
        let mut row =
            format!("{source_line:>line_width$}     {mark} {:>position_width$} {:<20}", line.position, line.name);
        if let Some(argument) = line.argument {
            row += &format!(" {argument:>5}");
            if !line.explanation.is_empty() {
                row += &format!(" ({})", line.explanation);
            }
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
}

/// A loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Iteration {
    /// From its first instruction to the last one that goes back to it.
    pub range: Range<u32>,
    /// How many of these lead back to the first; the others, such as those before a `break`, leave the loop.
    pub instructions: usize,
}

/// The innermost loop that begins in a line of the source.
pub fn iteration(code: &Code, line: u32) -> Option<Iteration> {
    let mut found: Option<Range<u32>> = None;
    for head in code.instructions.iter().filter_map(|&instruction| backward(instruction)) {
        if code.line(head) != line {
            continue;
        }
        let last = code.instructions.iter().rposition(|&instruction| backward(instruction) == Some(head));
        let range = head..last.unwrap_or_default() as u32 + 1;
        if found.as_ref().is_none_or(|found| range.len() < found.len()) {
            found = Some(range);
        }
    }
    found.map(|range| Iteration { instructions: looping(code, &range), range })
}

fn backward(instruction: Instruction) -> Option<u32> {
    match instruction {
        Instruction::JumpBackward(head) => Some(head),
        _ => None,
    }
}

/// How many instructions of a loop can be followed by its first.
fn looping(code: &Code, range: &Range<u32>) -> usize {
    let mut leads = vec![false; range.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for (index, at) in range.clone().enumerate().rev() {
            let instruction = code.instructions[at as usize];
            let goes = |target: u32| {
                target == range.start || range.contains(&target) && leads[(target - range.start) as usize]
            };
            let leads_back = flow::jump(instruction).is_some_and(|(target, _)| goes(target))
                || !flow::ends(instruction) && at + 1 < range.end && leads[index + 1];
            changed |= leads_back && !std::mem::replace(&mut leads[index], true);
        }
    }
    leads.into_iter().filter(|&leads| leads).count()
}

fn name(code: &Code, instruction: Instruction) -> &'static str {
    use Instruction as I;
    match instruction {
        I::LoadConst(_) => "LOAD_CONST",
        I::LoadFast(_) => "LOAD_FAST",
        I::StoreFast(_) if code.kind == Kind::Class => "STORE_NAME",
        I::StoreFast(_) => "STORE_FAST",
        I::DeleteFast(_) if code.kind == Kind::Class => "DELETE_NAME",
        I::DeleteFast(_) => "DELETE_FAST",
        I::MakeCell(_) => "MAKE_CELL",
        I::LoadClosure(_) => "LOAD_CLOSURE",
        I::LoadDeref(_) => "LOAD_DEREF",
        I::StoreDeref(_) => "STORE_DEREF",
        I::DeleteDeref(_) => "DELETE_DEREF",
        I::LoadGlobal { .. } if code.kind == Kind::Module => "LOAD_NAME",
        I::LoadGlobal { .. } => "LOAD_GLOBAL",
        I::StoreGlobal { .. } if code.kind == Kind::Module => "STORE_NAME",
        I::StoreGlobal { .. } => "STORE_GLOBAL",
        I::DeleteGlobal { .. } if code.kind == Kind::Module => "DELETE_NAME",
        I::DeleteGlobal { .. } => "DELETE_GLOBAL",
        I::LoadName { .. } => "LOAD_NAME",
        I::PopTop => "POP_TOP",
        I::Copy(_) => "COPY",
        I::Swap(_) => "SWAP",
        I::Unary(UnaryOperator::Negative) => "UNARY_NEGATIVE",
        I::Unary(UnaryOperator::Positive) => "UNARY_POSITIVE",
        I::Unary(UnaryOperator::Invert) => "UNARY_INVERT",
        I::Not => "UNARY_NOT",
        I::Add | I::Subtract | I::Multiply | I::Binary(_) | I::InPlace(_) => "BINARY_OP",
        I::Compare(_) => "COMPARE_OP",
        I::Is(_) => "IS_OP",
        I::Contains(_) => "CONTAINS_OP",
        I::Subscript => "BINARY_SUBSCR",
        I::StoreSubscript => "STORE_SUBSCR",
        I::DeleteSubscript => "DELETE_SUBSCR",
        I::BuildSlice(_) => "BUILD_SLICE",
        I::LoadAttribute { .. } => "LOAD_ATTR",
        I::StoreAttribute { .. } => "STORE_ATTR",
        I::DeleteAttribute(_) => "DELETE_ATTR",
        I::LoadMethod { .. } => "LOAD_METHOD",
        I::Jump(_) => "JUMP_FORWARD",
        I::JumpBackward(_) => "JUMP_BACKWARD",
        I::PopJumpIfFalse(_) => "POP_JUMP_FORWARD_IF_FALSE",
        I::PopJumpIfTrue(_) => "POP_JUMP_FORWARD_IF_TRUE",
        I::JumpIfFalseOrPop(_) => "JUMP_IF_FALSE_OR_POP",
        I::JumpIfTrueOrPop(_) => "JUMP_IF_TRUE_OR_POP",
        I::GetIterator => "GET_ITER",
        I::ForIterator(_) => "FOR_ITER",
        I::BuildList(_) => "BUILD_LIST",
        I::BuildTuple(_) => "BUILD_TUPLE",
        I::BuildSet(_) => "BUILD_SET",
        I::BuildDict(_) => "BUILD_MAP",
        I::BuildString(_) => "BUILD_STRING",
        I::FormatValue { .. } => "FORMAT_VALUE",
        I::ListAppend(_) => "LIST_APPEND",
        I::SetAdd(_) => "SET_ADD",
        I::DictAdd(_) => "MAP_ADD",
        I::ListExtend(_) => "LIST_EXTEND",
        I::SetExtend(_) => "SET_UPDATE",
        I::ListToTuple => "LIST_TO_TUPLE",
        I::ConstantSet => "BUILD_SET",
        I::UnpackSequence(_) => "UNPACK_SEQUENCE",
        I::UnpackExtended { .. } => "UNPACK_EX",
        I::Call { .. } | I::CallMethod { .. } => "CALL",
        I::CallStar { .. } => "CALL_FUNCTION_EX",
        I::MakeFunction { .. } => "MAKE_FUNCTION",
        I::MakeClass { .. } => "MAKE_CLASS",
        I::EndClass => "END_CLASS",
        I::Return => "RETURN_VALUE",
        I::MakeGenerator => "RETURN_GENERATOR",
        I::Yield => "YIELD_VALUE",
        I::Raise(_) => "RAISE_VARARGS",
        I::PushHandled => "PUSH_EXC_INFO",
        I::PopHandled => "POP_EXCEPT",
        I::MatchException => "CHECK_EXC_MATCH",
        I::Reraise => "RERAISE",
        I::LoadAssertionError => "LOAD_ASSERTION_ERROR",
        I::ImportModule(_) => "IMPORT_NAME",
        I::ImportFrom(_) => "IMPORT_FROM",
        I::Nop
        | I::FusedLoadPair(..)
        | I::FusedElement(..)
        | I::FusedStoreElement(..)
        | I::FusedOperate(..)
        | I::FusedProduct(..)
        | I::FusedStoreLoad(..)
        | I::FusedCompareJump(..)
        | I::FusedForStore(..) => "NOP",
    }
}

/// The number of an instruction, and what it means.
fn explain(code: &Code, context: Context<'_>, instruction: Instruction) -> (Option<u32>, String) {
    use Instruction as I;
    let text = |symbol: Symbol| context.names.text(symbol).to_string();
    let slot = |slot: u32| (Some(slot), text(code.slots[slot as usize]));
    let global = |place: u32| (Some(place), text(context.globals.names[place as usize]));
    let inner = |number: u32| (Some(number), title(&code.functions[number as usize]));
    let plain = |number: u32| (Some(number), String::new());
    match instruction {
        I::LoadConst(number) => (Some(number), constant(code.constants[number as usize], context.heap)),
        I::LoadFast(number)
        | I::StoreFast(number)
        | I::DeleteFast(number)
        | I::MakeCell(number)
        | I::LoadClosure(number)
        | I::LoadDeref(number)
        | I::StoreDeref(number)
        | I::DeleteDeref(number)
        | I::LoadName { slot: number, .. } => slot(number),
        I::LoadGlobal { place } | I::StoreGlobal { place } | I::DeleteGlobal { place } => global(place),
        I::Add => binary(BinaryOperator::Add, false),
        I::Subtract => binary(BinaryOperator::Subtract, false),
        I::Multiply => binary(BinaryOperator::Multiply, false),
        I::Binary(operator) => binary(operator, false),
        I::InPlace(operator) => binary(operator, true),
        I::Compare(comparison) => (Some(comparison_number(comparison)), comparison.sign().into()),
        I::Is(inverted) | I::Contains(inverted) => plain(u32::from(inverted)),
        I::LoadAttribute { name, .. }
        | I::StoreAttribute { name, .. }
        | I::LoadMethod { name, .. }
        | I::DeleteAttribute(name)
        | I::ImportModule(name)
        | I::ImportFrom(name) => (Some(name.0), text(name)),
        I::FormatValue { conversion, spec } => format(conversion, spec),
        I::UnpackExtended { before, after } => plain(u32::from(before) + (u32::from(after) << 8)),
        I::Call { arguments, keywords } | I::CallMethod { arguments, keywords } => {
            (Some(arguments), keyword_names(code, keywords, context.names))
        }
        I::CallStar { keywords } => {
            let names = keyword_names(code, keywords, context.names);
            (Some(u32::from(!names.is_empty())), names)
        }
        I::MakeFunction { code, .. } | I::MakeClass { code, .. } => inner(code),
        I::Copy(number)
        | I::Swap(number)
        | I::BuildSlice(number)
        | I::BuildList(number)
        | I::BuildTuple(number)
        | I::BuildSet(number)
        | I::BuildDict(number)
        | I::BuildString(number)
        | I::ListAppend(number)
        | I::SetAdd(number)
        | I::DictAdd(number)
        | I::ListExtend(number)
        | I::SetExtend(number)
        | I::UnpackSequence(number)
        | I::Raise(number) => plain(number),
        other => match flow::jump(other) {
            Some((target, _)) => (Some(target), format!("to {target}")),
            None => (None, String::new()),
        },
    }
}

fn keyword_names(code: &Code, keywords: u32, names: &Names) -> String {
    let symbols = keywords.checked_sub(1).map(|index| &code.keywords[index as usize]);
    let texts: Vec<&str> = symbols.into_iter().flatten().map(|&symbol| &**names.text(symbol)).collect();
    texts.join(", ")
}

fn binary(operator: BinaryOperator, in_place: bool) -> (Option<u32>, String) {
    let number = match operator {
        BinaryOperator::Add => 0,
        BinaryOperator::And => 1,
        BinaryOperator::FloorDivide => 2,
        BinaryOperator::LeftShift => 3,
        BinaryOperator::Multiply => 5,
        BinaryOperator::Modulo => 6,
        BinaryOperator::Or => 7,
        BinaryOperator::Power => 8,
        BinaryOperator::RightShift => 9,
        BinaryOperator::Subtract => 10,
        BinaryOperator::TrueDivide => 11,
        BinaryOperator::Xor => 12,
    };
    match in_place {
        true => (Some(number + 13), format!("{}=", operator.sign())),
        false => (Some(number), operator.sign().into()),
    }
}

fn comparison_number(comparison: Comparison) -> u32 {
    match comparison {
        Comparison::Less => 0,
        Comparison::LessEqual => 1,
        Comparison::Equal => 2,
        Comparison::NotEqual => 3,
        Comparison::Greater => 4,
        Comparison::GreaterEqual => 5,
    }
}

fn format(conversion: Conversion, spec: bool) -> (Option<u32>, String) {
    let (number, name) = match conversion {
        Conversion::None => (0, ""),
        Conversion::Str => (1, "str"),
        Conversion::Repr => (2, "repr"),
        Conversion::Ascii => (3, "ascii"),
    };
    match (spec, name) {
        (false, name) => (Some(number), name.into()),
        (true, "") => (Some(number + 4), "with format".into()),
        (true, name) => (Some(number + 4), format!("{name}, with format")),
    }
}

/// A constant as it is written.
fn constant(value: Value, heap: &Heap) -> String {
    match value {
        Value::None => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(number) => number.to_string(),
        Value::Big(number) => heap[number].to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Complex(real, imaginary) if real == 0.0 && real.is_sign_positive() => format!("{imaginary}j"),
        Value::Complex(real, imaginary) => format!("({real}{imaginary:+}j)"),
        Value::Str(text) => format!("'{}'", heap[text].as_str().escape_debug()),
        Value::Tuple(tuple) => {
            let mut text = String::from("(");
            for (number, &item) in heap[tuple].0.iter().enumerate() {
                let _ = write!(text, "{}{}", if number > 0 { ", " } else { "" }, constant(item, heap));
            }
            text + if heap[tuple].0.len() == 1 { ",)" } else { ")" }
        }
        _ => "...".into(),
    }
}
