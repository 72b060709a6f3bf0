//! Chunk counts from one to 256, against the tutorial's advice of 16 and of 256.

use std::num::NonZeroUsize;

use runner::plot::{Axis, Lines, Series};
use runner::units::or_dash;
use runner::{Budget, Failure, Part, Stop, run_step};
use validation::{Settings, SharedInput, SizeRequest, StepError};

/// The kernels whose rows are dealt out: a slow one and a fast one.
const STEPS: [&str; 2] = ["balanced", "balanced_vectors"];

/// The number of chunks, and the best time of each step in milliseconds; not a number where it cannot run here.
type Times = (usize, [f64; 2]);

/// Runs steps of the Mandelbrot set with more and more chunks.
pub(crate) fn chunks(part: &mut Part<'_>) -> Result<(), Failure> {
    let input = input(part)?;
    part.section("How many chunks? The tutorial advises 16, and 256 to try.", |part| {
        let height = input.sizes().iter().find(|(name, _)| *name == "height").map_or(1, |(_, height)| *height as usize);
        let counts: &[usize] = if part.quick() { &[1, 2, 16, 256] } else { &[1, 2, 4, 8, 16, 32, 64, 128, 256] };
        let counts = counts.iter().filter(|count| **count <= height);
        let times = counts.map(|count| measured(part, &input, height, height.div_ceil(*count)));
        let times = times.collect::<Result<Vec<_>, _>>()?;
        let row = |(chunks, ms): &Times| {
            let [scalar, vectors] = ms.map(|ms| or_dash(Some(ms).filter(|ms| ms.is_finite()), |ms| format!("{ms:.1}")));
            [chunks.to_string(), scalar, vectors]
        };
        let header = ["chunks", "balanced ms", "balanced_vectors ms"];
        part.table("sweep", &header, &times.iter().map(row).collect::<Vec<_>>(), &[])?;
        Ok(plot(part, height, &times)?)
    })
}

/// So many rows that every count of chunks is a whole number of them.
fn input(part: &Part<'_>) -> Result<SharedInput, Failure> {
    let request = part.request("mandelbrot");
    let height = request.height.unwrap_or(if part.quick() { 256 } else { 512 });
    Ok(part.ladder("mandelbrot")?.input(&SizeRequest { height: Some(height), ..request })?)
}

/// The times of chunks of so many rows, of a picture with so many.
fn measured(part: &Part<'_>, input: &SharedInput, height: usize, chunk: usize) -> Result<Times, Stop> {
    let settings = Settings { chunk: NonZeroUsize::new(chunk), ..part.settings() };
    let budget = Budget { repeat: Some(2), ..part.budget() };
    let mut ms = [0.0; 2];
    for (ms, name) in ms.iter_mut().zip(STEPS) {
        let record = run_step(part.step("mandelbrot", name)?, input, &settings, &budget, &mut |_| {});
        *ms = match record.measured() {
            // The fast kernel needs instructions that not every processor has.
            Err(StepError::Unavailable(_)) if name == STEPS[1] => f64::NAN,
            measured => measured?,
        };
    }
    Ok((height.div_ceil(chunk), ms))
}

fn plot(part: &mut Part<'_>, height: usize, times: &[Times]) -> Result<(), Failure> {
    let engines = part.settings().threads;
    let points = |step: usize| times.iter().map(|(chunks, ms)| (*chunks as f64, ms[step])).collect();
    let chart = Lines {
        title: &format!("Chunks of {height} rows on {engines} engines"),
        x: Axis::logarithmic("chunks"),
        y: Axis::linear("ms"),
        series: &[0, 1].map(|step| Series { name: STEPS[step].to_owned(), points: points(step) }),
        marks: &[(engines.get() as f64, "one for each engine".to_owned())],
    };
    part.chart("sweep.svg", &chart)
}
