//! How often each line was executed and each function was called: exact counts, and the tutorial's beside them.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::time::Duration;

use interpreted::machine::{Engine, Watched};
use interpreted::programs::{PURE_PYTHON, PURE_PYTHON_2, Program};
use runner::units::grouped;
use runner::{Failure, Part, Stop, plain_table};
use validation::Mandelbrot;
use validation::mandelbrot::{Input, Sizes};

use super::picture::{Picture, check, points};

/// The hits of the tutorial's line profiles (its chapters 8 and 10), by the beginnings of the lines. Both programs have most of them.
const THEIRS: [(&str, u64); 13] = [
    ("output = [0]", 1),
    ("for i in", 250_001),
    ("zi = z[i]", 250_000),
    ("qi = q[i]", 250_000),
    ("if i %", 250_000),
    ("print(", 250),
    ("for iteration in", 51_464_485),
    ("z[i] = z[i]", 51_414_419),
    ("zi = zi * zi", 51_414_419),
    ("if abs(", 51_414_419),
    ("output[i] =", 199_934),
    ("break", 199_934),
    ("return output", 1),
];

/// Counts the hits of each line of both programs.
pub(crate) fn lines(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Hits of each line, counted", |part| {
        let input = part.input::<Mandelbrot>()?;
        for (name, program) in [("lines-pure_python", PURE_PYTHON), ("lines-pure_python_2", PURE_PYTHON_2)] {
            part.line("")?;
            let text = hits(part, &input, program)?;
            part.text(name, &text)?;
        }
        Ok(())
    })
}

/// A table of the lines of a program's function.
fn hits(part: &Part<'_>, input: &Input, program: Program) -> Result<String, Stop> {
    let mut picture = Picture::new(program, Engine::Interpreted, &points(input), input.max_iterations)?;
    picture.interpreter.watch(Watched::Lines);
    let (counts, _) = picture.run()?;
    check(part, input, &counts)?;
    let interpreter = &picture.interpreter;
    let function = interpreter.codes().iter().find(|code| &*code.name == "calculate_z");
    let (Some(function), Some(watch)) = (function, interpreter.watched()) else { return Ok(String::new()) };
    let last = function.lines.iter().copied().max().unwrap_or(function.first_line);
    let theirs = is_theirs(input);
    let mut text = format!("{}\nline      hits{}\n", program.file, if theirs { "  the tutorial's" } else { "" });
    for line in function.first_line..=last {
        let source = function.file.line_text(line as usize);
        let hits = watch.lines.get(&(function.number, line)).map(u64::to_string).unwrap_or_default();
        let known = THEIRS.iter().find(|(beginning, _)| theirs && source.trim_start().starts_with(beginning));
        let known = known.map(|(_, hits)| hits.to_string()).unwrap_or_default();
        let width = if theirs { 16 } else { 0 };
        let _ = writeln!(text, "{line:>4}{hits:>10}{known:>width$}  {source}");
    }
    Ok(text)
}

/// Whether a picture is that of the tutorial.
fn is_theirs(input: &Input) -> bool {
    let theirs = Sizes::default();
    (theirs.width, theirs.height, theirs.max_iterations) == (input.width(), input.height(), input.max_iterations)
}

/// Counts the calls of each function, and says by samples where the time goes.
pub(crate) fn functions(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Calls of each function, counted, and seconds, sampled", |part| {
        let input = part.input::<Mandelbrot>()?;
        let mut picture = Picture::new(PURE_PYTHON, Engine::Interpreted, &points(&input), input.max_iterations)?;
        picture.interpreter.watch(Watched::Functions);
        let (counts, _) = picture.run()?;
        check(part, &input, &counts)?;
        let Some(watch) = picture.interpreter.watched() else { return Ok(()) };
        let mut called: Vec<_> = watch.functions.iter().filter(|(_, counts)| counts.calls > 0).collect();
        called.sort_by_key(|(place, counts)| {
            (Reverse((counts.total, counts.calls)), picture.interpreter.place_name(**place))
        });
        let seconds = |time: Duration| format!("{:.3}", time.as_secs_f64());
        let row = |(place, counts): &(_, &interpreted::machine::Counts)| {
            let name = picture.interpreter.place_name(*place);
            [counts.calls.to_string(), seconds(counts.own), seconds(counts.total), name]
        };
        let rows: Vec<_> = called.iter().map(|&(place, counts)| row(&(*place, counts))).collect();
        let all: u64 = called.iter().map(|(_, counts)| counts.calls).sum();
        let header = ["ncalls", "tottime", "cumtime", "filename:lineno(function)"];
        let table = plain_table(&header, &rows, &[3]);
        Ok(part.text("functions", &format!("{} function calls\n\n{table}", grouped(all)))?)
    })
}
