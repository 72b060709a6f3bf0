//! What the sources say of their machines, beside this one.

use runner::units::{or_dash, times};
use runner::{Budget, Failure, Part, Stop, run_step};

/// Sets processes against one process, in the sources and here.
pub(crate) fn theirs(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Their numbers and these", |part| {
        let [serial, pickled] = best_ms(part, "mandelbrot", ["chunks_serial", "pool_pickled"])?;
        let [whole, quadrants, bytes, shared] =
            best_ms(part, "expression", ["whole", "pool_quadrants", "pool_bytes", "shared"])?;
        let row = |source: &str, what: &str, theirs: Option<f64>, here: f64| {
            [source.to_owned(), what.to_owned(), or_dash(theirs, times), times(here)]
        };
        let tutorial = "multi.py on two cores: 19 s instead of 30 s";
        let rows = [
            row("the tutorial, chapter 3", tutorial, Some(19.0 / 30.0), pickled / serial),
            row("the talk", "quadrants through a pool, against NumPy", Some(6.0), quadrants / whole),
            row("the talk", "the same, sent as bytes", Some(6.0), bytes / whole),
            row("the talk", "in shared memory (not in the talk)", None, shared / whole),
        ];
        let header = ["source", "what", "their time, of one process", "here"];
        Ok(part.table("theirs", &header, &rows, &[0, 1])?)
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
