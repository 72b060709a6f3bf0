//! What is shown of a step that runs a file of Python: its bytecode, the machine code of its loops, what was counted in it.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::time::Duration;

use interpreted::bytecode::{Code, Kind};
use interpreted::inspect;
use interpreted::machine::{Engine, Interpreter, Watch, Watched};
use profiling::asm::{Generated, Listing};
use runner::units::grouped;
use runner::{Failure, LadderStep, plain_table};
use source::workspace::root;
use validation::{SharedInput, SizeRequest, StepError};

use crate::machine_code::unavailable;

/// The machine code of the loops that a step compiles while it runs.
pub(crate) fn machine_code(step: &LadderStep<'_>) -> Result<Vec<Listing>, Failure> {
    let path = step.info().path();
    let failed = |error: StepError| Failure::Io(format!("{path} is {error}"));
    if inspect::engine(step.info()) == Engine::Interpreted {
        return Err(Failure::Usage(format!(
            "{path} is executed instruction by instruction and has no machine code of its own: give --bytecode"
        )));
    }
    let input = step.ladder.input(&SizeRequest::default())?;
    let interpreter = inspect::run(step.info(), &input, None).map_err(failed)?;
    let file = root()?.join(inspect::program(step.info()).map_err(failed)?.file);
    let listed = interpreter.loop_codes().into_iter().map(|code| {
        Listing::of_generated(&Generated {
            name: &format!("{}, the loop on lines {} to {}", code.function, code.lines.0, code.lines.1),
            address: code.address,
            bytes: &code.bytes,
            file: &file,
            lines: &code.origins,
            callees: &code.callees,
        })
        .map_err(unavailable)
    });
    listed.collect()
}

/// The bytecode of the function that a step runs, below the lines that it was made of.
pub(crate) fn bytecode(step: &LadderStep<'_>, sources: bool) -> Result<String, Failure> {
    let path = step.info().path();
    let failed = |error: StepError| Failure::Io(format!("{path} is {error}"));
    let (code, instructions) = inspect::bytecode(step.info()).map_err(failed)?;
    let mut text = format!("{}  {} instructions\n", code.qualified_name, instructions.len());
    if sources {
        let _ = writeln!(text, "{}", code.file.name);
    }
    for instruction in &instructions {
        if let (Some(line), true) = (instruction.source_line, sources) {
            let _ = writeln!(text, "\n{line:>4}  {}", code.file.line_text(line as usize));
        }
        let mark = if instruction.is_target { ">>" } else { "" };
        let argument = instruction.argument.map(|number| number.to_string()).unwrap_or_default();
        let explanation = match &*instruction.explanation {
            "" => String::new(),
            explanation => format!(" ({explanation})"),
        };
        let row =
            format!("  {mark:>4} {:>4} {:<26} {argument:>4}{explanation}", instruction.position, instruction.name);
        let _ = writeln!(text, "{}", row.trim_end());
    }
    Ok(text)
}

/// How often each line of each function was executed in a run of a step.
pub(crate) fn lines(step: &LadderStep<'_>, input: &SharedInput) -> Result<String, Failure> {
    let (interpreter, path) = counted(step, input, Watched::Lines)?;
    let mut text = format!("{path}: hits of one run, counted by the interpreter\n");
    let Some(watch) = interpreter.watched() else { return Ok(text) };
    let is_own = |code: &Code| step.info().program.is_some_and(|program| *program.function == *code.qualified_name);
    let ran = |code: &&Code| code.kind != Kind::Module && watch.lines.keys().any(|(number, _)| *number == code.number);
    let mut ran: Vec<&Code> = interpreter.codes().iter().map(|code| &**code).filter(ran).collect();
    ran.sort_by_key(|code| (!is_own(code), code.first_line));
    for code in ran {
        let last = code.lines.iter().copied().max().unwrap_or(code.first_line);
        let row = |line: u32| {
            let hits = watch.lines.get(&(code.number, line)).map(u64::to_string).unwrap_or_default();
            [line.to_string(), hits, code.file.line_text(line as usize).to_owned()]
        };
        let rows: Vec<_> = (code.first_line..=last).map(row).collect();
        let table = plain_table(&["Line #", "Hits", "Line Contents"], &rows, &[2]);
        let _ = write!(text, "\n{}:{} {}\n\n{table}", code.file.name, code.first_line, code.qualified_name);
    }
    Ok(text)
}

/// How often each function was called in a run of a step, and where the time went.
pub(crate) fn functions(step: &LadderStep<'_>, input: &SharedInput) -> Result<String, Failure> {
    let (interpreter, path) = counted(step, input, Watched::Functions)?;
    let table = interpreter.watched().map(|watch| function_table(&interpreter, watch)).unwrap_or_default();
    Ok(format!("{path}: one run, interpreted\n{table}"))
}

fn counted(step: &LadderStep<'_>, input: &SharedInput, watched: Watched) -> Result<(Interpreter, String), Failure> {
    let path = step.info().path();
    let interpreter = inspect::run(step.info(), input, Some(watched));
    Ok((interpreter.map_err(|error| Failure::Io(format!("{path} is {error}")))?, path))
}

/// The table of functions: calls are counted, times are those of samples.
pub(crate) fn function_table(interpreter: &Interpreter, watch: &Watch) -> String {
    let mut rows: Vec<_> = watch.functions.iter().filter(|(_, counts)| counts.calls > 0).collect();
    rows.sort_by_key(|(place, counts)| (Reverse((counts.own, counts.calls)), interpreter.place_name(**place)));
    let calls: u64 = rows.iter().map(|(_, counts)| counts.calls).sum();
    let shown: Vec<_> = rows
        .iter()
        .map(|(place, counts)| {
            let seconds = |time: Duration| format!("{:.3}", time.as_secs_f64());
            [counts.calls.to_string(), seconds(counts.own), seconds(counts.total), interpreter.place_name(**place)]
        })
        .collect();
    let table = plain_table(&["ncalls", "tottime", "cumtime", "filename:lineno(function)"], &shown, &[3]);
    format!("\n{} function calls; calls are counted, seconds are those of samples\n\n{table}", grouped(calls))
}
