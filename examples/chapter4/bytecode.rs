//! The bytecode of an iteration, instruction by instruction, with what each does.

use std::fmt::Write as _;
use std::rc::Rc;

use interpreted::bytecode::Code;
use interpreted::listing::{Context, Line, iteration, listing};
use interpreted::machine::{self, Engine, Interpreter};
use interpreted::programs::{EXPANDED, OBJECTS, PURE_PYTHON, PURE_PYTHON_2, Program};
use runner::units::or_dash;
use runner::{Failure, Part, Stop};
use validation::StepError;

use super::picture::loaded;

/// The book's second version of its particles, which imports the first: it is translated here and not executed.
const TUNED: Program = Program {
    file: "crates/interpreted/programs/particles/objects_tuned.py",
    text: include_str!("../../crates/interpreted/programs/particles/objects_tuned.py"),
};

/// A loop: the program, its function, the beginning of the line of the loop, and the instructions that the book counts in it.
type Loop = (Program, &'static str, &'static str, Option<u32>);

const LOOPS: [Loop; 5] = [
    (PURE_PYTHON, "calculate_z", "for iteration in", None),
    (PURE_PYTHON_2, "calculate_z", "for iteration in", None),
    (EXPANDED, "calculate_z", "for iteration in", None),
    (OBJECTS, "evolve", "for p in", Some(51)),
    (TUNED, "evolve", "for _ in", Some(35)),
];

/// Shows the listings of the tutorial's two programs, and the number of instructions of each loop.
pub(crate) fn bytecode(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("An iteration as bytecode", |part| {
        let mut rows = Vec::new();
        for (number, (program, function, beginning, book)) in LOOPS.into_iter().enumerate() {
            let (count, text) = listed(program, function, beginning)?;
            let file = program.file.rsplit('/').next().unwrap_or(program.file);
            rows.push([
                file.to_owned(),
                format!("{function}: {beginning} ..."),
                count.to_string(),
                or_dash(book, |count| count.to_string()),
            ]);
            if number < 2 {
                part.line("")?;
                part.text(&format!("bytecode-{}", file.trim_end_matches(".py")), &text)?;
            }
        }
        part.line("")?;
        let header = ["program", "loop", "instructions of one iteration", "the book's"];
        part.table("instructions", &header, &rows, &[0, 1])?;
        Ok(part.paragraph(
            "What leaves the loop is not counted. The book counts the instructions of an older Python, in a program that \
             takes powers where this one multiplies. What an instruction is has changed since; that there are fewer in \
             the second program has not.",
        )?)
    })
}

/// The instructions of one iteration of a loop: how many, and each below its line of the source.
fn listed(program: Program, function: &str, beginning: &str) -> Result<(usize, String), Stop> {
    let missing = || StepError::Failed(format!("{} has no loop {beginning} in {function}", program.file));
    let (mut interpreter, code) = translated(program, function)?;
    let lines = 1..=code.file.lines();
    let inside = lines.skip(code.first_line as usize);
    let line = inside.map(|line| line as u32).find(|&line| is_loop(&code, line, beginning)).ok_or_else(missing)?;
    let found = iteration(&code, line).ok_or_else(missing)?;
    let module = interpreter.module().ok_or_else(missing)?;
    let machine = interpreter.machine();
    let context = Context { names: &machine.names, heap: &machine.heap, globals: &machine.heap[module] };
    let mut text = String::new();
    let mut shown = 0;
    for instruction in listing(&code, context).iter().filter(|line| found.range.contains(&line.position)) {
        let line = code.lines[instruction.position as usize];
        if line != 0 && line != shown {
            let _ = writeln!(text, "{line:>3} {}", code.file.line_text(line as usize));
            shown = line;
        }
        let argument = instruction.argument.map(|number| number.to_string()).unwrap_or_default();
        let explanation = match instruction.explanation.as_str() {
            "" => String::new(),
            explanation => format!("({explanation})"),
        };
        let row = format!(
            "      {:>4} {:<26} {argument:>3} {explanation:<11} # {}",
            instruction.position,
            instruction.name,
            meaning(instruction)
        );
        text.push_str(row.trim_end_matches([' ', '#']));
        text.push('\n');
    }
    Ok((found.instructions, text))
}

fn is_loop(code: &Rc<Code>, line: u32, beginning: &str) -> bool {
    code.file.line_text(line as usize).trim_start().starts_with(beginning) && iteration(code, line).is_some()
}

/// A file, translated, and the code of one of its functions.
fn translated(program: Program, function: &str) -> Result<(Interpreter, Rc<Code>), Stop> {
    let interpreter = if program == TUNED {
        let mut interpreter = Interpreter::new(Box::new(std::io::sink()), Vec::new());
        interpreter.load(program.source()?, "program").map_err(machine::Failure::Source)?;
        interpreter
    } else {
        loaded(program, Engine::Interpreted)?
    };
    let code = interpreter.codes().iter().find(|code| &*code.name == function).cloned();
    let code = code.ok_or_else(|| StepError::Failed(format!("{} has no {function}", program.file)))?;
    Ok((interpreter, code))
}

/// What an instruction does, in words; nothing for those of which the name says it.
fn meaning(instruction: &Line) -> String {
    let text = &instruction.explanation;
    match instruction.name {
        "LOAD_FAST" | "LOAD_GLOBAL" | "LOAD_CONST" => format!("push {text}"),
        "STORE_FAST" => format!("pop, and call it {text}"),
        "BINARY_SUBSCR" => "pop an index and a list, push the element".to_owned(),
        "STORE_SUBSCR" => "pop an index, a list and a value: store it there".to_owned(),
        "BINARY_OP" => format!("pop two, push what {text} makes of them"),
        "COMPARE_OP" => format!("pop two, push whether {text} holds"),
        "CALL" => "pop arguments and function, push what it returns".to_owned(),
        "FOR_ITER" => format!("push the next one, or go {text}"),
        "JUMP_BACKWARD" | "JUMP_FORWARD" => format!("go {text}"),
        "POP_JUMP_FORWARD_IF_FALSE" => format!("pop; if it is false, go {text}"),
        "POP_JUMP_FORWARD_IF_TRUE" => format!("pop; if it is true, go {text}"),
        "POP_TOP" => "pop, and forget it".to_owned(),
        _ => String::new(),
    }
}
