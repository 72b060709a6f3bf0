//! Programs by memory, as memory_profiler shows them.

use std::time::Duration;

use profiling::memory::{self, MemoryFunction};
use runner::units::or_dash;
use runner::{Failure, Part};
use validation::Mandelbrot;

use super::outcome::check;
use crate::profiled::mandelbrot;
use crate::profiled::particles::benchmark_memory;

/// The tutorial's program, line by line.
pub(crate) fn mandelbrot_by_memory(part: &mut Part<'_>) -> Result<(), Failure> {
    let input = part.input::<Mandelbrot>()?;
    part.heading("mandelbrot, by memory: #[memory_profile], as memory_profiler shows it")?;
    part.line("")?;
    memory::reset();
    memory::give_back();
    let output = mandelbrot::lists(input.width(), input.height(), input.max_iterations);
    let lines = memory::take();
    check(part, &input, &output)?;
    let table = lines.function("mandelbrot::lists").map(MemoryFunction::to_string);
    part.text("memory-mandelbrot", &table.unwrap_or_default())
}

/// The book's particles, line by line, by layout and over time.
pub(crate) fn particles_by_memory(part: &mut Part<'_>) -> Result<(), Failure> {
    let (count, steps) = if part.quick() { (1000, 2) } else { (100_000, 50) };
    part.heading(&format!("particles, by memory: {count} of them, in three layouts"))?;
    part.line("")?;
    memory::reset();
    memory::give_back();
    let before = memory::resident();
    let sums = benchmark_memory(count, steps);
    let lines = memory::take();
    if sums[0] != sums[1] || sums[1] != sums[2] {
        part.line(format!("the layouts disagree: {sums:?}"))?;
        return Err(Failure::Wrong);
    }
    let Some(table) = lines.function("benchmark_memory") else {
        return part.line("nothing was counted: the feature `enabled` of the crate is off");
    };
    part.text("memory-particles", &table.to_string())?;
    part.line("")?;
    let header = ["layout", "bytes asked for", "for each particle", "allocations", "RSS grew by, bytes"];
    part.table("memory-layouts", &header, &layouts(table, count, before), &[0])?;
    memory::give_back();
    let (_, recording) = memory::record(Duration::from_micros(500), || benchmark_memory(count, steps));
    part.write("memory-particles.svg", &recording.to_svg())
}

/// The three layouts, from the lines that make them. `before` is the resident memory before the first line, where the system says it.
fn layouts(table: &MemoryFunction, count: usize, mut before: Option<usize>) -> Vec<[String; 5]> {
    let mut rows = Vec::new();
    for (_, text, line) in &table.lines {
        let Some(line) = line else { continue };
        let made = ["objects", "structs", "columns"].iter().find(|made| text.contains(&format!("mut {made} =")));
        if let Some(made) = made {
            let grew = before.map(|before| line.resident.saturating_sub(before));
            rows.push([
                (*made).to_owned(),
                line.increment.to_string(),
                format!("{:.1}", line.increment as f64 / count as f64),
                line.allocations.to_string(),
                or_dash(grew, |bytes| bytes.to_string()),
            ]);
        }
        before = before.map(|_| line.resident);
    }
    rows
}
