//! The tutorial's program line by line, as line_profiler shows it, and what is done about its slowest line.

use std::time::Duration;

use profiling::lines::{self, Function, Lines};
use runner::units::{DASH, ms, times};
use runner::{Failure, Part, proven_speedup};
use validation::{Mandelbrot, Problem};

use super::outcome::{check, failed};
use crate::profiled::mandelbrot;

/// Three versions of the program, each with the times of its lines.
pub(crate) fn mandelbrot_by_line(part: &mut Part<'_>) -> Result<(), Failure> {
    let input = part.input::<Mandelbrot>()?;
    let (q, max_iterations) = (input.q(), input.max_iterations);
    part.heading("mandelbrot, by line: #[line_profile], as line_profiler shows it")?;
    type Program = fn(&[num_complex::Complex<f64>], u32) -> Vec<u32>;
    let programs: [(&str, &str, Program); 3] = [
        ("lines-naive", "naive", mandelbrot::naive),
        ("lines-hoisted", "hoisted", mandelbrot::hoisted),
        ("lines-squared", "squared", mandelbrot::squared),
    ];
    let mut walls = [const { Vec::new() }; 3];
    for (wall, (name, function, program)) in walls.iter_mut().zip(programs) {
        part.line("")?;
        let profiled = lines::profile(|| program(q, max_iterations)).map_err(failed)?;
        check(part, &input, &profiled.value)?;
        part.text(name, &profiled.lines.to_string())?;
        if name == "lines-naive" {
            part.line("")?;
            part.paragraph(&bottleneck(&profiled.lines, function))?;
            part.paragraph(
                "Below, what the tutorial does about it, which is to read each element once, and what this program \
                 asks for, a test without a root.",
            )?;
        }
        wall.push(profiled.samples.wall());
    }
    // Once more in turn: one run proves nothing.
    for _ in 0..4 {
        for (wall, (.., program)) in walls.iter_mut().zip(programs) {
            wall.push(lines::profile(|| program(q, max_iterations)).map_err(failed)?.samples.wall());
        }
    }
    part.line("")?;
    let too_small = part.too_small(Mandelbrot::NAME, &Mandelbrot::sizes(&input))?;
    let row = |wall: &[Duration], name: &str| {
        let best = wall.iter().min().copied().unwrap_or_default();
        let speedup = match name {
            _ if too_small => DASH.to_owned(),
            "naive" => times(1.0),
            _ => proven_speedup(&walls[0], wall),
        };
        [name.to_owned(), ms(best), speedup]
    };
    let rows = walls.iter().zip(programs).map(|(wall, (_, name, _))| row(wall, name));
    let rows: Vec<_> = rows.collect();
    part.table("lines", &["program", "best ms, under both profilers", "speedup"], &rows, &[0])
}

/// Which line takes the most time, in a sentence.
fn bottleneck(lines: &Lines, function: &str) -> String {
    let found = lines.function(function);
    let all = found.and_then(Function::seconds).unwrap_or(0.0);
    let timed = found.into_iter().flat_map(|function| &function.lines);
    let timed = timed.filter_map(|line| Some((line.time?.seconds()?, line)));
    match timed.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((seconds, line)) if seconds > 0.0 => {
            let (share, number, text) = (seconds / all * 100.0, line.number, line.text.trim());
            format!("The bottleneck is line {number}, `{text}`: {share:.0} % of the time.")
        }
        _ => "No time was seen on any line: the program was too short, or nothing can be sampled.".to_owned(),
    }
}
