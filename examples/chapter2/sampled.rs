//! The program as it is, without an attribute, sampled while it runs.

use profiling::sample;
use runner::{Failure, Part};
use validation::{Mandelbrot, Problem};

use super::outcome::{check, failed};

/// The plain loop, by function and as a flame graph.
pub(crate) fn mandelbrot_sampled(part: &mut Part<'_>) -> Result<(), Failure> {
    let input = part.input::<Mandelbrot>()?;
    part.heading("mandelbrot, sampled: the program as it is, without an attribute")?;
    let mut counts = Mandelbrot::output(&input);
    let sampled = sample(|| kernels::mandelbrot::naive(&input, &mut counts)).map_err(failed)?;
    check(part, &input, &counts)?;
    part.line("")?;
    let samples = sampled.samples;
    if let Some(why) = samples.unavailable() {
        return part.text("sampled", &why.to_string());
    }
    part.text("sampled", &samples.function_table(8))?;
    let mut svg = Vec::new();
    if samples.total() > 0 {
        samples.flame_graph("The tutorial's program, sampled", &mut svg).map_err(failed)?;
        part.write("sampled-flames.svg", &String::from_utf8_lossy(&svg))?;
    }
    Ok(())
}
