//! What each profiler costs, as one table: `cargo bench -p profiling --bench overheads`.
//!
//! `-- --record FILE` writes the table to a file for the book; a relative path begins at the workspace's root. The same work runs
//! with and without the profiler by turns, so that both meet the same machine. The benches `functions` and `lines` show more kinds of work.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use std::{env, fs};

use profiling::{Sampler, line_profile, profile};
use runner::machine::{Build, Machine};

#[inline(never)]
fn plain_leaf(x: u32) -> u32 {
    black_box(x)
}

#[inline(never)]
#[profile]
fn leaf(x: u32) -> u32 {
    black_box(x)
}

#[inline(never)]
fn plain_axpy(a: f64, xs: &[f64], ys: &mut [f64]) {
    for (x, y) in xs.iter().zip(ys) {
        let product = a * x;
        let sum = product + *y;
        *y = sum;
    }
}

#[line_profile]
#[inline(never)]
fn axpy(a: f64, xs: &[f64], ys: &mut [f64]) {
    for (x, y) in xs.iter().zip(ys) {
        let product = a * x;
        let sum = product + *y;
        *y = sum;
    }
}

/// A chain of divisions, which nothing makes faster or slower but the machine.
#[inline(never)]
fn spin(rounds: u64) -> f64 {
    let mut value = 1.5;
    for _ in 0..rounds {
        value = 1.0 + 1.0 / black_box(value);
    }
    value
}

/// Seconds without and with a profiler, in pairs.
struct Pairs(Vec<[f64; 2]>);

impl Pairs {
    /// `profiled` says itself how long its work took.
    fn measure(runs: usize, mut plain: impl FnMut(), mut profiled: impl FnMut() -> f64) -> Self {
        let pair = |_| [seconds(&mut plain), profiled()];
        Self((0..runs).map(pair).collect())
    }

    fn best(&self, which: usize) -> f64 {
        self.0.iter().map(|pair| pair[which]).fold(f64::INFINITY, f64::min)
    }

    fn median(&self, of: impl Fn(&[f64; 2]) -> f64) -> f64 {
        let mut values: Vec<f64> = self.0.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    /// Nanoseconds that each of `count` things costs: by the best runs, and by the median of the differences.
    fn nanoseconds(&self, count: f64) -> [f64; 2] {
        let each = 1e9 / count;
        [(self.best(1) - self.best(0)) * each, self.median(|[plain, profiled]| profiled - plain) * each]
    }

    /// Percent that the program takes longer: by the best runs, and by the median of the ratios.
    fn percent(&self) -> [f64; 2] {
        let percent = |ratio: f64| (ratio - 1.0) * 100.0;
        [percent(self.best(1) / self.best(0)), percent(self.median(|[plain, profiled]| profiled / plain))]
    }
}

fn seconds(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

/// The rows of the table: what it is, the costs by the best runs and by the median, and what was seen besides.
fn rows(quick: bool) -> Vec<[String; 4]> {
    let (runs, calls, turns, rounds) =
        if quick { (3, 20_000, 50, 2_000_000) } else { (21, 2_000_000, 4000, 60_000_000) };
    let nanoseconds = |what: &str, [best, median]: [f64; 2]| {
        [what.to_owned(), format!("{best:.2} ns"), format!("{median:.2} ns"), String::new()]
    };
    let calls_cost = Pairs::measure(
        runs,
        || (0..calls).for_each(|x| _ = black_box(plain_leaf(x))),
        || seconds(|| (0..calls).for_each(|x| _ = black_box(leaf(x)))),
    );
    let xs = vec![1.5; 4096];
    let (mut plain_ys, mut ys) = (vec![0.5; 4096], vec![0.5; 4096]);
    let lines_cost = Pairs::measure(
        runs,
        || (0..turns).for_each(|_| plain_axpy(black_box(2.0), &xs, &mut plain_ys)),
        || seconds(|| (0..turns).for_each(|_| axpy(black_box(2.0), &xs, &mut ys))),
    );
    // The head of the loop and its three statements.
    let statements = f64::from(turns) * 4.0 * xs.len() as f64;
    let mut rows = vec![
        nanoseconds("a call of a function with `#[profile]`", calls_cost.nanoseconds(calls.into())),
        nanoseconds("a statement of a packed loop with `#[line_profile]`", lines_cost.nanoseconds(statements)),
    ];
    for frequency in [profiling::FREQUENCY, 1000] {
        let mut seen = String::from("nothing was sampled");
        let sampling = Pairs::measure(
            runs,
            || _ = black_box(spin(rounds)),
            || {
                let work = || seconds(|| _ = black_box(spin(rounds)));
                let sampled = Sampler::new().frequency(frequency).run(work).expect("nothing else is sampled");
                let samples = sampled.samples;
                seen = match (samples.unavailable(), samples.timer(), samples.rate()) {
                    (Some(why), ..) => why.to_string(),
                    (None, Some(timer), Some(rate)) => {
                        format!("{rate:.0} interruptions a second by {timer}, {} samples lost", samples.lost())
                    }
                    _ => seen.clone(),
                };
                sampled.value
            },
        );
        let [best, median] = sampling.percent().map(|percent| format!("{percent:.1} %"));
        rows.push([format!("sampling a program, {frequency} Hz"), best, median, seen]);
    }
    rows
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let record = arguments.iter().position(|argument| argument == "--record").map(|at| arguments.get(at + 1));
    let quick = arguments.iter().any(|argument| argument == "--quick" || argument == "--test");
    let mut table = String::from("| what | costs, best | costs, median | |\n|---|---:|---:|---|\n");
    for row in rows(quick) {
        table += &format!("| {} |\n", row.join(" | "));
    }
    let (machine, build) = (Machine::detect(), Build::this());
    table += "\nThe same work without and with, by turns; less than nothing is noise.\n";
    table += &format!("\nMeasured on {}; {}, `{}`.\n", machine.summary(), build.rustc, build.flags);
    print!("{table}");
    if let Some(file) = record {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let file = root.join(file.expect("`--record` is followed by a file"));
        fs::write(&file, table).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}
