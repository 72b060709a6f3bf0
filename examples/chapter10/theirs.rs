//! What the sources say of their machines, beside this one.

use runner::units::{DASH, times};
use runner::{Budget, Failure, Part, Stop, run_step};

/// Sets engines against one process, in the tutorial and here.
pub(crate) fn theirs(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Their numbers and these", |part| {
        let [chunks, balanced] = best_ms(part, "mandelbrot", ["chunks", "balanced"])?;
        let row = |what: &str, theirs: f64, here: String| [what.to_owned(), times(theirs), here];
        let rows = [
            row("ParallelPython on two cores: 18 s instead of 30 s", 18.0 / 30.0, times(balanced / chunks)),
            row("ParallelPython on three machines: 6 s instead of 30 s", 6.0 / 30.0, "one machine here".to_owned()),
            row("ParallelPython with the Cython kernel: 1.4 s instead of 0.4 s", 1.4 / 0.4, DASH.to_owned()),
            row("the book's scatter_gather: 720 ms instead of 1.34 s", 720.0 / 1340.0, "in its own table".to_owned()),
        ];
        let header = ["what", "their time, of one process", "here"];
        Ok(part.table("theirs", &header, &rows, &[0])?)
    })
}

/// The best times of a problem's steps, in milliseconds.
fn best_ms<const N: usize>(part: &Part<'_>, problem: &str, steps: [&str; N]) -> Result<[f64; N], Stop> {
    let input = part.shared_input(part.ladder(problem)?)?;
    let budget = Budget { repeat: Some(2), ..part.budget() };
    let mut ms = [0.0; N];
    for (ms, name) in ms.iter_mut().zip(steps) {
        *ms = run_step(part.step(problem, name)?, &input, &part.settings(), &budget, &mut |_| {}).measured()?;
    }
    Ok(ms)
}
