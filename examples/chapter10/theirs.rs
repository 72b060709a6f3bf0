//! What the sources say of their machines, beside this one.

use std::num::NonZeroUsize;

use runner::units::{DASH, times};
use runner::{Budget, Failure, Part, Stop, run_step};
use validation::{Settings, SharedInput};

/// Sets several engines against one process in the tutorial, and against one engine here.
pub(crate) fn theirs(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Their numbers and these", |part| {
        let input = part.shared_input(part.ladder("mandelbrot")?)?;
        let here = if part.too_small("mandelbrot", &input.sizes())? {
            DASH.to_owned()
        } else {
            times(best_ms(part, &input, part.settings().threads)? / best_ms(part, &input, NonZeroUsize::MIN)?)
        };
        let row = |what: &str, theirs: f64, here: String| [what.to_owned(), times(theirs), here];
        let rows = [
            row("ParallelPython on two cores: 18 s instead of 30 s", 18.0 / 30.0, here),
            row("ParallelPython on three machines: 6 s instead of 30 s", 6.0 / 30.0, "one machine here".to_owned()),
            row("ParallelPython with the Cython kernel: 1.4 s instead of 0.4 s", 1.4 / 0.4, DASH.to_owned()),
            row("the book's scatter_gather: 720 ms instead of 1.34 s", 720.0 / 1340.0, "in its own table".to_owned()),
        ];
        let header = ["what", "their time, of one process", "here, of one engine"];
        Ok(part.table("theirs", &header, &rows, &[0])?)
    })
}

/// The best time of `balanced` with so many engines, in milliseconds.
fn best_ms(part: &Part<'_>, input: &SharedInput, engines: NonZeroUsize) -> Result<f64, Stop> {
    let (budget, settings) =
        (Budget { repeat: Some(2), ..part.budget() }, Settings { threads: engines, ..part.settings() });
    Ok(run_step(part.step("mandelbrot", "balanced")?, input, &settings, &budget, &mut |_| {}).measured()?)
}
