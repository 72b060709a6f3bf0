//! Chapter 2: profiling by function, by line and by memory.

mod profiled {
    pub(crate) mod mandelbrot;
    pub(crate) mod particles;
    pub(crate) mod taylor;
}

use std::error::Error;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use profiled::particles::{ParticleSimulator, benchmark_memory};
use profiled::{mandelbrot, particles, taylor};
use profiling::functions::{self, Column, DotOptions, FlameGraphError, Profile, Profiled, Recursion, SquareMapOptions};
use profiling::lines::{self, Function, Lines};
use profiling::memory::{self, CountingAllocator, MemoryFunction};
use profiling::{Timeit, counters, line_profile, memory_profile, profile, sample, time};
use runner::{Chapter, Failure, Part};
use validation::mandelbrot::Input;
use validation::{Mandelbrot, Particles, Precision, Problem};

/// All allocations of this program are counted.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

fn main() -> ExitCode {
    Chapter::new(2, "Profiling: functions, lines, memory", vec![])
        .about("Where does the time go, and where the memory? First look, then change, then look again.")
        .input::<Mandelbrot>()
        .input::<Particles>()
        .part(Some("mandelbrot"), mandelbrot_by_function)
        .part(Some("mandelbrot"), mandelbrot_by_line)
        .part(Some("mandelbrot"), mandelbrot_by_memory)
        .part(Some("particles"), particles_by_function_and_line)
        .part(Some("particles"), particles_by_memory)
        .part(None, taylor_series)
        .part(None, whole_programs)
        .part(None, overheads)
        .run()
}

/// What goes wrong with a profile or its file.
fn failed(error: impl Error) -> Failure {
    Failure::Io(error.to_string())
}

/// The input that the command line asks for.
fn input<P: Problem>(part: &Part<'_>) -> Result<P::Input, Failure> {
    let sizes = P::request(&part.request(P::NAME)).map_err(|error| Failure::Usage(error.to_string()))?;
    P::input(&sizes).map_err(|error| Failure::Usage(error.to_string()))
}

/// A wrong answer ends the chapter: the time of a wrong program is of no interest.
fn check(part: &Part<'_>, input: &Input, output: &Vec<u32>) -> Result<(), Failure> {
    match Mandelbrot::verify(input, output, Precision::Exact) {
        Ok(_) => Ok(()),
        Err(mismatch) => {
            part.line(mismatch)?;
            Err(Failure::Wrong)
        }
    }
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

/// Calls of one run, and times of as many as make a second.
fn by_function<R>(part: &Part<'_>, run: impl FnMut() -> R) -> Result<Profiled<R>, Failure> {
    let least = Duration::from_millis(if part.quick() { 50 } else { 1000 });
    functions::profile_for(least, run).map_err(failed)
}

fn mandelbrot_by_function(part: &mut Part<'_>) -> Result<(), Failure> {
    let input = input::<Mandelbrot>(part)?;
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
    export(part, &profile, "mandelbrot", "The tutorial's program")?;

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

fn mandelbrot_by_line(part: &mut Part<'_>) -> Result<(), Failure> {
    let input = input::<Mandelbrot>(part)?;
    let (q, max_iterations) = (input.q(), input.max_iterations);
    part.heading("mandelbrot, by line: #[line_profile], as line_profiler shows it")?;
    type Program = fn(&[num_complex::Complex<f64>], u32) -> Vec<u32>;
    let programs: [(&str, &str, Program); 3] = [
        ("lines-naive", "naive", mandelbrot::naive),
        ("lines-hoisted", "hoisted", mandelbrot::hoisted),
        ("lines-squared", "squared", mandelbrot::squared),
    ];
    let mut seconds = Vec::new();
    for (name, function, program) in programs {
        part.line("")?;
        let profiled = lines::profile(|| program(q, max_iterations)).map_err(failed)?;
        check(part, &input, &profiled.value)?;
        part.text(name, &profiled.lines.to_string())?;
        if name == "lines-naive" {
            part.line("")?;
            part.paragraph(&bottleneck(&profiled.lines, function))?;
            part.paragraph(
                "Below, what the tutorial does about it, which is to read each element once, and what this program \
                 asks for, a test without a root.",
            )?;
        }
        seconds.push((function, profiled.samples.wall().as_secs_f64()));
    }
    let first = seconds[0].1;
    let rows: Vec<_> = seconds
        .iter()
        .map(|(name, seconds)| {
            [(*name).to_owned(), format!("{:.0}", seconds * 1e3), format!("{:.2} x", first / seconds)]
        })
        .collect();
    part.line("")?;
    part.table("lines", &["program", "ms, under both profilers", "speedup"], &rows, &[0])
}

/// Which line takes the most time, in a sentence.
fn bottleneck(lines: &Lines, function: &str) -> String {
    let found = lines.function(function);
    let all = found.and_then(Function::seconds).unwrap_or(0.0);
    let timed = found.into_iter().flat_map(|function| &function.lines);
    let timed = timed.filter_map(|line| Some((line.time?.seconds()?, line)));
    match timed.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((seconds, line)) if seconds > 0.0 => {
            let (share, number, text) = (seconds / all * 100.0, line.number, line.text.trim());
            format!("The bottleneck is line {number}, `{text}`: {share:.0} % of the time.")
        }
        _ => "No time was seen on any line: the program was too short, or nothing can be sampled.".to_owned(),
    }
}

fn mandelbrot_by_memory(part: &mut Part<'_>) -> Result<(), Failure> {
    let input = input::<Mandelbrot>(part)?;
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

fn particles_by_function_and_line(part: &mut Part<'_>) -> Result<(), Failure> {
    let (count, rounds) = particles_and_rounds(part)?;
    part.heading(&format!("particles: the book's benchmark with {count} particles, {rounds} times"))?;
    type Evolve = fn(&mut ParticleSimulator, f64);
    let programs: [(&str, Evolve); 2] =
        [("evolve", ParticleSimulator::evolve), ("evolve_precomputed", ParticleSimulator::evolve_precomputed)];
    for (name, evolve) in programs {
        let run = || (0..rounds).for_each(|_| drop(black_box(particles::benchmark(count, evolve))));
        part.line("")?;
        let profile = by_function(part, run)?.profile;
        part.text(&format!("particles-{name}-functions"), &profile.table().digits(3, 9).to_string())?;
        part.line("")?;
        let profiled = lines::profile(run).map_err(failed)?;
        part.text(&format!("particles-{name}-lines"), &profiled.lines.to_string())?;
    }
    Ok(())
}

/// How many particles the book's benchmark has here, and how often it is run: a single one is too short to be sampled.
fn particles_and_rounds(part: &Part<'_>) -> Result<(usize, usize), Failure> {
    let chosen = part.request("particles");
    let count = match chosen.size {
        Some(_) => input::<Particles>(part)?.particles(),
        None => 100,
    };
    Ok((count, if part.quick() { 2 } else { (10_000 / count).max(1) }))
}

fn particles_by_memory(part: &mut Part<'_>) -> Result<(), Failure> {
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
            let grew = before.map(|before| line.resident.saturating_sub(before).to_string());
            rows.push([
                (*made).to_owned(),
                line.increment.to_string(),
                format!("{:.1}", line.increment as f64 / count as f64),
                line.allocations.to_string(),
                grew.unwrap_or_else(|| "-".to_owned()),
            ]);
        }
        before = before.map(|_| line.resident);
    }
    rows
}

fn taylor_series(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("The book's Taylor series: one function with two callers, and itself")?;
    part.line("")?;
    let profile = by_function(part, taylor::benchmark)?.profile;
    let table = profile.table().sort(Column::CumTime).digits(6, 9).to_string();
    let callers = profile.callers().filter("factorial").to_string();
    part.text("taylor", &format!("{table}\n{callers}"))?;
    export(part, &profile, "taylor", "The book's Taylor series")
}

fn whole_programs(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("Whole programs: timeit, time -v and hardware counters, without an attribute")?;
    let small = validation::mandelbrot::Sizes { width: 100, height: 100, max_iterations: 300 };
    let input = Mandelbrot::input(&small).map_err(failed)?;
    let mut counts = Mandelbrot::output(&input);
    let long_enough = Duration::from_millis(if part.quick() { 2 } else { 200 });
    let mut text = String::new();
    for (name, step) in kernels_in_order() {
        let timed = Timeit::new()
            .repeat(part.budget().repeat.unwrap_or(3))
            .long_enough(long_enough)
            .run(|| step(black_box(&input), black_box(&mut counts)));
        text += &format!("{name:8}  {}\n{:8}  {timed}\n", timed.best_of(), "");
    }
    part.line("")?;
    part.text("timeit", &text)?;
    let ((), counted) = counters(|| kernels::mandelbrot::naive(&input, &mut counts));
    part.line("")?;
    part.text("counters", &format!("the processor, while naive runs once:\n{counted}"))?;
    part.line("")?;
    let input = self::input::<Mandelbrot>(part)?;
    let mut counts = Mandelbrot::output(&input);
    let ((), taken) = time(|| kernels::mandelbrot::naive(&input, &mut counts));
    part.text("usage", &format!("naive in the size of this chapter, as time -v shows a program:\n{taken}"))
}

type Kernel = fn(&Input, &mut Vec<u32>);

fn kernels_in_order() -> [(&'static str, Kernel); 3] {
    use kernels::mandelbrot::{hoisted, naive, squared};
    [("naive", naive), ("hoisted", hoisted), ("squared", squared)]
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

/// The shortest of several times, in nanoseconds.
fn best(runs: usize, mut run: impl FnMut()) -> f64 {
    let timed = || {
        let start = Instant::now();
        run();
        start.elapsed().as_nanos() as f64
    };
    std::iter::repeat_with(timed).take(runs).fold(f64::INFINITY, f64::min)
}

fn overheads(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("What the profilers themselves cost")?;
    part.line("")?;
    let (rounds, runs) = if part.quick() { (10_000_u64, 5) } else { (200_000, 20) };
    let per_round = |time: f64| time / rounds as f64;
    let calls = |call: fn(f64) -> f64| {
        per_round(best(runs, || {
            black_box((0..rounds).fold(1.5, |sum, _| call(sum)));
        }))
    };
    // A round has two statements: the header and the body.
    let statements = |function: fn(u64) -> f64, slower: u64| {
        let rounds = rounds / slower;
        best(runs, || _ = black_box(function(black_box(rounds)))) / rounds as f64 / 2.0
    };
    let row = |profiler: &str, of: &str, without: f64, with: f64| {
        [profiler, of, &format!("{without:.2} ns"), &format!("{with:.2} ns"), &format!("{:.2} ns", with - without)]
            .map(str::to_owned)
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

/// The time of a program with the sampler and without, by turns.
fn sampler_overhead(part: &Part<'_>) -> Result<[String; 5], Failure> {
    let input = input::<Mandelbrot>(part)?;
    let mut counts = Mandelbrot::output(&input);
    let (mut without, mut with) = (f64::INFINITY, f64::INFINITY);
    let mut frequency = 0;
    for _ in 0..5 {
        without = without.min(best(1, || kernels::mandelbrot::squared(&input, &mut counts)));
        let sampled = sample(|| kernels::mandelbrot::squared(&input, &mut counts)).map_err(failed)?;
        if let Some(why) = sampled.samples.unavailable() {
            return Ok(["`sample`", &why.to_string(), "-", "-", "-"].map(str::to_owned));
        }
        frequency = sampled.samples.frequency();
        with = with.min(sampled.samples.wall().as_nanos() as f64);
    }
    Ok([
        "`sample`".to_owned(),
        format!("a program, at {frequency} Hz"),
        format!("{:.1} ms", without / 1e6),
        format!("{:.1} ms", with / 1e6),
        format!("{:.1} %", (with / without - 1.0) * 100.0),
    ])
}
