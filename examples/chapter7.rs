//! Chapter 7: vector instructions, portable and by name.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use runner::plot::{Axis, Lines, Series};
use runner::{Budget, Chapter, Failure, LadderStep, Part, Setting, sweep};
use validation::{Mandelbrot, Problem, Settings, mandelbrot};
use vectorised::combined;
use vectorised::simd::{self, MOST_VECTORS};

fn main() -> ExitCode {
    let ladders = [simd::ladders(), combined::ladders()].into_iter().flatten().collect();
    Chapter::new(7, "SIMD", ladders)
        .about("One core, eight numbers at a time, and several times eight in flight.")
        .part(Some("mandelbrot"), in_flight)
        .part(Some("mandelbrot"), waiting)
        .part(Some("particles"), in_flight_particles)
        .part(Some("particles"), balance)
        .part(None, dispatch)
        .setting(Setting::Vectors { most: MOST_VECTORS })
        .run()
}

/// Speed against the number of independent vectors.
fn in_flight(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("Several vectors in flight")?;
    part.paragraph(
        "A vector waits for itself: each iteration needs the one before. How much is won by giving the processor several that \
         do not wait for each other, and when do the registers run out?",
    )?;
    let steps = ["interleaved", "avx2", "masked", "dispatched", "free_running"];
    let name = "mandelbrot: speed against the number of vectors";
    plot_vectors(part, "mandelbrot", "vectors", name, "GFLOP/s of necessary work", &steps)
}

/// The same for particles.
fn in_flight_particles(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("Several vectors of particles")?;
    let name = "particles: speed against the number of vectors";
    plot_vectors(part, "particles", "particle-vectors", name, "GFLOP/s of necessary work", &["interleaved"])
}

/// How many vectors go without the divider, and what that was chosen from.
fn balance(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("Divider and multipliers")?;
    let Some(balance) = simd::particles::balance() else {
        return part.paragraph("`balanced` has no kernel for this CPU, so there is nothing to share.");
    };
    part.paragraph(&format!(
        "Of every {} vectors, how many should go without the divider? Measured once, when the first step asked for it, and kept:",
        balance.vectors
    ))?;
    let rows = balance.tried.iter().enumerate().map(|(place, (without, nanoseconds))| {
        let chosen = if place == balance.chosen { "yes" } else { "" };
        [without.to_string(), (balance.vectors - without).to_string(), format!("{nanoseconds:.2}"), chosen.to_owned()]
    });
    let header = ["without the divider", "with it", "ns a particle and step", "chosen"];
    part.table("balance", &header, &rows.collect::<Vec<_>>(), &[])
}

fn plot_vectors(
    part: &mut Part<'_>,
    problem: &str,
    name: &str,
    title: &str,
    unit: &str,
    steps: &[&str],
) -> Result<(), Failure> {
    let ladder = part.ladder(problem)?;
    let input = part.shared_input(ladder)?;
    let budget = Budget { time: Duration::from_millis(if part.quick() { 5 } else { 150 }), ..Budget::default() };
    let mut series = Vec::new();
    let mut rows: Vec<[String; MOST_VECTORS + 1]> = Vec::new();
    part.paragraph(
        "By the number of vectors, GFLOP/s: 10^9 floating-point operations in a second, of those that the problem needs, whatever \
         else a step computes.",
    )?;
    for step in steps {
        let settings =
            (1..=MOST_VECTORS).map(|vectors| Settings { vectors: NonZeroUsize::new(vectors), ..part.settings() });
        let points = sweep(LadderStep::named(ladder, step)?, &input, settings, &budget);
        let speed = |point: &runner::SweepPoint| point.record.gflops.unwrap_or(f64::NAN);
        let points: Vec<_> = (1..).zip(&points).map(|(vectors, point)| (f64::from(vectors), speed(point))).collect();
        let mut cells = vec![(*step).to_owned()];
        cells.extend(
            points.iter().map(|(_, speed)| if speed.is_finite() { format!("{speed:.1}") } else { "-".to_owned() }),
        );
        rows.push(cells.try_into().expect("a cell for each number of vectors"));
        series.push(Series { name: (*step).to_owned(), points });
    }
    let (x, y) = (Axis::linear("independent vectors"), Axis::linear(unit));
    part.chart(&format!("{name}.svg"), &Lines { title, x, y, series: &series, marks: &[] })?;
    part.table(name, &["step", "1", "2", "3", "4", "5", "6", "7", "8"], &rows, &[0])
}

/// Iterations that lanes make although their point has escaped, counted from the answer.
fn waiting(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("Lanes that wait")?;
    part.paragraph(
        "A block of points goes on until its last one is done. The larger the block, the more lanes only wait:",
    )?;
    let input = part.input::<Mandelbrot>()?;
    let mut counts = Mandelbrot::output(&input);
    mandelbrot::reference(&input, &mut counts);
    // A point that escapes in the first iteration has the count of one that never does: it has to be looked at.
    let escapes_at_once = |point: usize| input.q()[point].norm_sqr() > 4.0;
    let iterations: Vec<u64> = (0..counts.len())
        .map(|point| match counts[point] {
            0 if !escapes_at_once(point) => u64::from(input.max_iterations),
            count => u64::from(count) + 1,
        })
        .collect();
    let needed: u64 = iterations.iter().sum();
    let rows = [1, 2, 4, 8, 16, 24, 32, 40, 64].map(|block| {
        let made: u64 =
            iterations.chunks(block).map(|block| block.len() as u64 * block.iter().max().unwrap_or(&0)).sum();
        [block.to_string(), made.to_string(), format!("{:.1} %", 100.0 * (made - needed) as f64 / needed as f64)]
    });
    part.table("waiting", &["points in a block", "iterations of all lanes", "more than needed"], &rows, &[])
}

/// What the compiler was told, what the CPU says, and which copy of the dispatched step runs here.
fn dispatch(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("Which instructions?")?;
    part.paragraph(
        "What the compiler was told of the CPU holds for all code. What the CPU says when the program runs holds for functions \
         that ask first.",
    )?;
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let sets = simd::instruction_sets();
    let rows =
        |set: &simd::InstructionSet| [set.name.to_owned(), set.lanes.to_string(), yes(set.compiled), yes(set.detected)];
    let rows: Vec<_> = sets.iter().map(rows).collect();
    let header = ["instruction set", "doubles", "compiled for", "this CPU has it"];
    if sets.iter().all(|set| set.compiled == set.detected) {
        let has: Vec<_> = sets.iter().filter(|set| set.detected).map(|set| set.name).collect();
        part.paragraph(&format!(
            "This program is compiled for exactly what this CPU has: {}. Only a program that is compiled for an older one has to ask.",
            has.join(", ")
        ))?;
        part.keep_table("instructions", &header, &rows, &[0])?;
    } else {
        part.table("instructions", &header, &rows, &[0])?;
    }
    part.paragraph(&format!(
        "Of the copies of `dispatched`, this CPU runs the one for {}.",
        simd::mandelbrot::dispatched_to()
    ))
}
