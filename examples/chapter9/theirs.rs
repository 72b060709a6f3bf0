//! What the sources say of their machines, beside this one.

use runner::units::{or_dash, times};
use runner::{Budget, Failure, Part, Stop, run_step};

/// Sets processes against one process, in the sources and here.
pub(crate) fn theirs(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Their numbers and these", |part| {
        let [pickled] = of_the_first(part, "mandelbrot", "chunks_serial", ["pool_pickled"])?;
        let [quadrants, bytes, shared] =
            of_the_first(part, "expression", "whole", ["pool_quadrants", "pool_bytes", "shared"])?;
        let row = |source: &str, what: &str, theirs: Option<f64>, here: Option<f64>| {
            [source.to_owned(), what.to_owned(), or_dash(theirs, times), or_dash(here, times)]
        };
        let tutorial = "multi.py on two cores: 19 s instead of 30 s";
        let rows = [
            row("the tutorial, chapter 3", tutorial, Some(19.0 / 30.0), pickled),
            row("the talk", "quadrants through a pool, against NumPy", Some(6.0), quadrants),
            row("the talk", "the same, sent as bytes", Some(6.0), bytes),
            row("the talk", "in shared memory (not in the talk)", None, shared),
        ];
        let header = ["source", "what", "their time, of one process", "here"];
        Ok(part.table("theirs", &header, &rows, &[0, 1])?)
    })
}

/// The best times of a problem's steps over that of the first; `None` where the problem is too small for that to say anything.
fn of_the_first<const N: usize>(
    part: &Part<'_>,
    problem: &str,
    first: &str,
    steps: [&str; N],
) -> Result<[Option<f64>; N], Stop> {
    let input = part.shared_input(part.ladder(problem)?)?;
    if part.too_small(problem, &input.sizes())? {
        return Ok([None; N]);
    }
    let budget = Budget { repeat: Some(2), ..part.budget() };
    let best_ms = |name: &str| -> Result<f64, Stop> {
        Ok(run_step(part.step(problem, name)?, &input, &part.settings(), &budget, &mut |_| {}).measured()?)
    };
    let first = best_ms(first)?;
    let mut ratios = [None; N];
    for (ratio, name) in ratios.iter_mut().zip(steps) {
        *ratio = Some(best_ms(name)? / first);
    }
    Ok(ratios)
}
