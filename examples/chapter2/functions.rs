//! Programs by function, as cProfile and pstats show them.

use std::time::Duration;

use profiling::functions::{self, Column, DotOptions, FlameGraphError, Profile, Profiled, Recursion, SquareMapOptions};
use runner::{Failure, Part};
use validation::Mandelbrot;

use super::outcome::{check, failed};
use crate::profiled::{mandelbrot, taylor};

/// The tutorial's program: its functions, who called them, and whom they called.
pub(crate) fn mandelbrot_by_function(part: &mut Part<'_>) -> Result<(), Failure> {
    let input = part.input::<Mandelbrot>()?;
    part.heading("mandelbrot, by function: #[profile], as cProfile and pstats show it")?;
    let program = || mandelbrot::calculate(input.width(), input.height(), input.max_iterations);
    let Profiled { value, profile, .. } = by_function(part, program)?;
    check(part, &input, &value)?;
    part.line("")?;
    part.text("functions", &profile.table().sort(Column::CumTime).digits(3, 9).to_string())?;
    part.line("")?;
    let callers = profile.callers().filter("abs").digits(3, 9).to_string();
    let callees = profile.callees().filter("calculate").sort(Column::CumTime).digits(3, 9).to_string();
    part.text("callers", &format!("{callers}\n{callees}"))?;
    export(part, &profile, "mandelbrot", "The tutorial's program")
}

/// The book's program.
pub(crate) fn taylor_series(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("The book's Taylor series: one function with two callers, and itself")?;
    part.line("")?;
    let profile = by_function(part, taylor::benchmark)?.profile;
    let table = profile.table().sort(Column::CumTime).digits(6, 9).to_string();
    let callers = profile.callers().filter("factorial").to_string();
    part.text("taylor", &format!("{table}\n{callers}"))?;
    export(part, &profile, "taylor", "The book's Taylor series")
}

/// Calls of one run, and times of as many as make a second.
pub(crate) fn by_function<R>(part: &Part<'_>, run: impl FnMut() -> R) -> Result<Profiled<R>, Failure> {
    let least = Duration::from_millis(if part.quick() { 50 } else { 1000 });
    functions::profile_for(least, run).map_err(failed)
}

/// Everything that other programs and eyes can read.
fn export(part: &mut Part<'_>, profile: &Profile, name: &str, title: &str) -> Result<(), Failure> {
    part.write(&format!("{name}.prof"), &profile.to_text())?;
    part.write(&format!("{name}.callgrind"), &profile.callgrind())?;
    part.write(&format!("{name}.folded"), &profile.folded(Recursion::default()))?;
    part.write(&format!("{name}.dot"), &profile.dot(&DotOptions::default()))?;
    match profile.flame_graph(title, Recursion::default()) {
        Ok(flames) => part.write(&format!("{name}-flames.svg"), &flames)?,
        // A program as short as that of a quick look may end before the first sample.
        Err(FlameGraphError::Empty) => part.line("no flame graph: no function was met by a sample")?,
        Err(error) => return Err(failed(error)),
    }
    let options = SquareMapOptions { title: title.to_owned(), width: 900.0, height: 480.0 };
    part.write(&format!("{name}-squares.svg"), &profile.square_map(&options))
}
