//! What the profilers themselves cost.

use std::convert::Infallible;
use std::hint::black_box;

use profiling::{functions, line_profile, lines, memory, memory_profile, profile, sample};
use runner::units::DASH;
use runner::{Failure, Part, best};
use validation::{Mandelbrot, Problem};

use super::outcome::failed;

/// A call and a statement under each attribute beside one without, and a program with the sampler beside one without.
pub(crate) fn overheads(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("What the profilers themselves cost")?;
    part.line("")?;
    let (rounds, runs) = if part.quick() { (10_000_u64, 5) } else { (200_000, 20) };
    let per_round = |time: f64| time / rounds as f64;
    let calls = |call: fn(f64) -> f64| {
        per_round(nanoseconds(runs, || {
            black_box((0..rounds).fold(1.5, |sum, _| call(sum)));
        }))
    };
    // A round has two statements: the header and the body.
    let statements = |function: fn(u64) -> f64, slower: u64| {
        let rounds = rounds / slower;
        nanoseconds(runs, || _ = black_box(function(black_box(rounds)))) / rounds as f64 / 2.0
    };
    let row = |profiler: &str, of: &str, without: f64, with: f64| {
        // What is less than the times vary cannot be seen, and nothing costs less than nothing.
        let costs = with - without;
        let costs = if costs < 0.005 { "not seen".to_owned() } else { format!("{costs:.2} ns") };
        [profiler, of, &format!("{without:.2} ns"), &format!("{with:.2} ns"), &costs].map(str::to_owned)
    };
    let (plain_call, profiled_call) = (calls(plain_call), calls(profiled_call));
    let plain = statements(plain_loop, 1);
    let mut rows = vec![
        row("`#[profile]`", "a call", plain_call, profiled_call),
        row("`#[line_profile]`", "a statement", plain, statements(counted_loop, 1)),
        row("`#[line_profile(exact)]`", "a statement", plain, statements(exact_loop, 10)),
        row("`#[memory_profile]`", "a statement", plain, statements(memory_loop, 100)),
    ];
    rows.push(sampler_overhead(part)?);
    functions::reset();
    lines::reset();
    memory::reset();
    part.table("overheads", &["profiler", "of", "without", "with", "costs"], &rows, &[0, 1])
}

/// The time of a program, in turn with the sampler and without.
fn sampler_overhead(part: &Part<'_>) -> Result<[String; 5], Failure> {
    let input = part.input::<Mandelbrot>()?;
    let mut counts = Mandelbrot::output(&input);
    let (mut without, mut with) = (f64::INFINITY, f64::INFINITY);
    let mut frequency = 0;
    for _ in 0..5 {
        without = without.min(nanoseconds(1, || kernels::mandelbrot::squared(&input, &mut counts)));
        let sampled = sample(|| kernels::mandelbrot::squared(&input, &mut counts)).map_err(failed)?;
        if let Some(why) = sampled.samples.unavailable() {
            return Ok(["`sample`", &why.to_string(), DASH, DASH, DASH].map(str::to_owned));
        }
        frequency = sampled.samples.frequency();
        with = with.min(sampled.samples.wall().as_nanos() as f64);
    }
    Ok([
        "`sample`".to_owned(),
        format!("a program, at {frequency} Hz"),
        format!("{:.1} ms", without / 1e6),
        format!("{:.1} ms", with / 1e6),
        if with > without { format!("{:.1} %", (with / without - 1.0) * 100.0) } else { "not seen".to_owned() },
    ])
}

/// The shortest of several times, in nanoseconds.
fn nanoseconds(runs: usize, mut run: impl FnMut()) -> f64 {
    let Ok(((), time)) = best(runs, || {
        run();
        Ok::<_, Infallible>(())
    });
    time.as_nanos() as f64
}

#[inline(never)]
fn plain_call(x: f64) -> f64 {
    black_box(x)
}

#[inline(never)]
#[profile]
fn profiled_call(x: f64) -> f64 {
    black_box(x)
}

/// The same loop under different attributes.
macro_rules! loops {
    ($($(#[$attribute:meta])* $name:ident),*) => {$(
        $(#[$attribute])*
        #[inline(never)]
        fn $name(rounds: u64) -> f64 {
            let mut value = 1.5;
            for _ in 0..rounds {
                value = 1.0 + 1.0 / black_box(value);
            }
            value
        }
    )*};
}

loops!(
    plain_loop,
    #[line_profile]
    counted_loop,
    #[line_profile(exact)]
    exact_loop,
    #[memory_profile]
    memory_loop
);
