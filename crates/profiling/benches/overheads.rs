//! What each profiler costs, as one table, and how right the function profiler's times are, as another: `cargo bench -p profiling
//! --bench overheads`.
//!
//! The second table has programs of a caller and a function that it calls, each with half of the work, for functions of a
//! nanosecond to a second: the time of the program without the attribute beside the sum of the table of functions, and the
//! function's share by that table beside the sampler's of the program without the attribute.
//!
//! `-- --record FILE` writes the table to a file for the book; a relative path begins at the workspace's root. The same work runs
//! in turn with and without the profiler, so that both meet the same machine. The benches `functions` and `lines` show more kinds of work.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use profiling::functions::{self, Times};
use profiling::{Sampler, Usage, line_profile, profile, sample, time};
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

/// A program whose work is half in `called` and half in `caller`, once as it is and once with the attribute.
macro_rules! twins {
    ($($function:item)*) => {
        mod plain {
            $($function)*
        }
        mod profiled {
            use profiling::profile;
            $(#[profile] $function)*
        }
    };
}

twins! {
    pub(crate) fn called(mut values: [u64; 4], rounds: u64) -> [u64; 4] {
        // Four multiplications, of which the processor can begin one in each cycle: four cycles a round.
        for _ in 0..rounds {
            values = values.map(|value| value.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
        }
        values
    }

    #[inline(never)]
    pub(crate) fn caller<const ROUNDS: u64>(calls: u64) -> [u64; 4] {
        let mut values = [1, 3, 5, 7];
        for _ in 0..calls {
            values = called(values, ROUNDS);
            for _ in 0..ROUNDS {
                values = values.map(|value| value.wrapping_mul(0xd134_2543_de82_ef95).rotate_left(31));
            }
        }
        values
    }
}

/// How right the times of the function profiler are for a function of so many rounds, called so often.
fn accuracy<const ROUNDS: u64>(calls: u64) -> [String; 7] {
    let plain = || _ = black_box(plain::caller::<ROUNDS>(black_box(calls)));
    // Processor time, as the samples are, so that what else the machine does is in neither.
    let processor = |usage: Usage| usage.user().zip(usage.system()).map_or(f64::NAN, |(a, b)| (a + b).as_secs_f64());
    let own = (0..5).map(|_| processor(time(plain).1)).fold(f64::INFINITY, f64::min);
    let least = Instant::now();
    let sampled = sample(|| {
        while least.elapsed() < Duration::from_secs(1) {
            plain();
        }
    });
    let samples = sampled.expect("nothing else is sampled").samples;
    let met = samples.functions();
    let share = |name: &str| -> f64 {
        let rows = met.iter().filter(|row| row.function.split("::<").next().is_some_and(|f| f.ends_with(name)));
        rows.map(|row| row.total_percent).sum()
    };
    let by_sampler = share("::called");
    let run = || _ = black_box(profiled::caller::<ROUNDS>(black_box(calls)));
    let profile = functions::profile(run).expect("nothing else is sampled").profile;
    let stats = profile.stats();
    let called =
        stats.iter().find(|stats| profile.functions()[stats.function].name == "called").expect("it was called");
    let whole = profile.time().as_secs_f64();
    let by_table = called.total_ns as f64 / 1e7 / whole;
    let how = match profile.times() {
        Times::Sampled(sampling) => format!("{} interruptions", sampling.events),
        Times::Clock { why } => why.clone().unwrap_or_default(),
    };
    [
        format!("`#[profile]` on a function of {}", length(own / calls as f64 / 2.0)),
        format!("{own:.3} s"),
        format!("{whole:.3} s"),
        format!("{:+.1} %", (whole / own - 1.0) * 100.0),
        format!("{by_table:.1} %"),
        format!("{by_sampler:.1} %"),
        how,
    ]
}

/// A length of time, with its unit.
fn length(seconds: f64) -> String {
    if seconds < 1e-6 {
        format!("{:.1} ns", seconds * 1e9)
    } else {
        format!("{:.1?}", Duration::from_secs_f64(seconds))
    }
}

/// The rows of the second table, for functions of a nanosecond or two, ten, a hundred, and so on to a second. A quick look leaves
/// out what takes seconds.
fn accuracies(quick: bool) -> Vec<[String; 7]> {
    let calls = |calls: u64| if quick { (calls / 20).max(1) } else { calls };
    let mut rows = vec![
        accuracy::<1>(calls(100_000_000)),
        accuracy::<8>(calls(10_000_000)),
        accuracy::<80>(calls(2_000_000)),
        accuracy::<800>(calls(200_000)),
        accuracy::<800_000>(calls(200)),
    ];
    if !quick {
        rows.push(accuracy::<800_000_000>(1));
    }
    rows
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
    table += "\nThe same work without and with, by turns; less than nothing is noise.\n\n";
    table += "| what | the program, without | total by the table | differs by | share by the table | share by the sampler | |\n\
              |---|---:|---:|---:|---:|---:|---|\n";
    for row in accuracies(quick) {
        table += &format!("| {} |\n", row.join(" | "));
    }
    let (machine, build) = (Machine::detect(), Build::this());
    table += &format!("\nMeasured on {}; {}, `{}`.\n", machine.summary(), build.rustc, build.flags);
    print!("{table}");
    if let Some(file) = record {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let file = root.join(file.expect("`--record` is followed by a file"));
        fs::write(&file, table).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}
