//! How much faster steps are on 1, 2, 3 ... threads, and more than there are cores, with Amdahl's law fitted to their times.

use std::iter;
use std::num::NonZeroUsize;
use std::time::Duration;

use runner::limits::limit;
use runner::plot::{Axis, Lines, Series};
use runner::units::{or_dash, times};
use runner::{Budget, Failure, LadderStep, Part, Status, proven_speedup, sweep};
use threaded::amdahl;
use validation::{Settings, SharedInput};

/// The talk's speedups of its parallel range over the expression, by the number of threads.
const OF_THE_TALK: [(usize, f64); 4] = [(1, 1.0), (2, 1.6), (3, 1.8), (4, 2.0)];

/// Runs steps of a problem on several numbers of threads, and fits Amdahl's law.
pub(crate) fn speedups(part: &mut Part<'_>, problem: &str, steps: &[&str; 3]) -> Result<(), Failure> {
    let cores = cores();
    let trials = trials(cores, part.settings().threads.get().max(2 * cores).max(4));
    let input = part.shared_input(part.ladder(problem)?)?;
    let budget = Budget { runs: 3, time: part.budget().time / 20, ..part.budget() };
    part.heading(&format!("Speedup of {problem} by threads, on {cores} cores"))?;
    let column = |name| Column::measured(part, part.step(problem, name)?, &input, &trials, &budget);
    let [a, b, c] = *steps;
    let columns = [column(a)?, column(b)?, column(c)?];
    table(part, problem, &columns, &trials, &bounds(&input, &trials))?;
    part.paragraph(&format!(
        "The serial part is that of Amdahl's law, from the times on at most {cores} threads: more than there are cores cannot be faster. The talk's is from its four speedups."
    ))?;
    plot(part, problem, &columns, &trials)
}

/// How many threads can run at the same time here.
fn cores() -> usize {
    Settings::default().threads.get()
}

/// The numbers of threads to try: each up to eight, the cores, and twice as many; between them half as many more each time, because a
/// machine may have a hundred.
fn trials(cores: usize, most: usize) -> Vec<usize> {
    let steps = iter::successors(Some(8), |threads| Some(threads + threads / 2));
    let mut trials: Vec<_> = (1..8).chain(steps.take_while(|&threads| threads < most)).collect();
    trials.extend([cores, most]);
    trials.retain(|&threads| threads <= most);
    trials.sort_unstable();
    trials.dedup();
    trials
}

/// What came of a step on several numbers of threads.
struct Column<'a> {
    /// The step.
    name: &'a str,
    /// Threads, the best time in milliseconds, and all times.
    times: Vec<(usize, f64, Vec<Duration>)>,
    /// Whether the problem is too small to show a speedup.
    too_small: bool,
    /// The part that runs on one thread, by Amdahl's law.
    serial: Option<f64>,
}

impl<'a> Column<'a> {
    /// Runs the step on each of the numbers of threads, and says if it cannot.
    fn measured(
        part: &Part<'_>,
        step: LadderStep<'a>,
        input: &SharedInput,
        trials: &[usize],
        budget: &Budget,
    ) -> Result<Self, Failure> {
        let name = step.info().name;
        let times = best_times(step, input, trials, budget)?;
        let too_small = part.too_small(input.problem(), &input.sizes())?;
        if times.is_empty() {
            part.paragraph(&format!("{name} cannot run here"))?;
        }
        let on_cores = times.iter().map(|(threads, ms, _)| (*threads, *ms)).filter(|(threads, _)| *threads <= cores());
        let serial = if too_small { None } else { amdahl::serial_part(&on_cores.collect::<Vec<_>>()) };
        Ok(Self { name, serial, too_small, times })
    }

    /// How many times as fast as one thread.
    fn speedup(&self, ms: f64) -> f64 {
        self.times[0].1 / ms
    }

    fn cell(&self, threads: usize) -> String {
        let time = self.times.iter().find(|time| time.0 == threads);
        or_dash(time, |(threads, ms, runs)| match (*threads, self.too_small) {
            (_, true) => format!("{ms:.2} ms"),
            (1, false) => format!("{ms:.2} ms, {}", times(1.0)),
            (_, false) => format!("{ms:.2} ms, {}", proven_speedup(&self.times[0].2, runs)),
        })
    }
}

/// The times of a step, by threads, beginning with one; none where it cannot run on one.
fn best_times(
    step: LadderStep<'_>,
    input: &SharedInput,
    trials: &[usize],
    budget: &Budget,
) -> Result<Vec<(usize, f64, Vec<Duration>)>, Failure> {
    let settings = trials
        .iter()
        .filter_map(|&threads| Some(Settings { threads: NonZeroUsize::new(threads)?, ..Settings::default() }));
    let points = sweep(step, input, settings, budget);
    if points.iter().any(|point| point.record.status == Status::Wrong) {
        return Err(Failure::Wrong);
    }
    let times = points.into_iter().filter_map(|point| {
        let (threads, ms) = (point.settings.threads.get(), point.record.best_ms?);
        Some((threads, ms, point.record.times))
    });
    let times: Vec<_> = times.collect();
    Ok(if times.first().is_some_and(|time| time.0 == 1) { times } else { Vec::new() })
}

/// What the hardware allows, by threads.
fn bounds(input: &SharedInput, trials: &[usize]) -> Vec<String> {
    let (work, cores) = (input.work(), cores());
    let allowed = trials.iter().map(|&threads| limit(&work, threads.min(cores)));
    allowed.map(|limit| or_dash(limit, |limit| format!("{:.2} ms", limit.ms()))).collect()
}

fn table(
    part: &mut Part<'_>,
    problem: &str,
    columns: &[Column<'_>; 3],
    trials: &[usize],
    bounds: &[String],
) -> Result<(), Failure> {
    let talk = |threads| OF_THE_TALK.iter().find(|(n, _)| *n == threads);
    let row = |threads: usize, bound: &String| {
        let [a, b, c] = columns.each_ref().map(|column| column.cell(threads));
        let talk = or_dash(talk(threads), |(_, speedup)| format!("{speedup:.1} x"));
        [threads.to_string(), a, b, c, bound.clone(), talk]
    };
    let mut rows: Vec<_> = trials.iter().zip(bounds).map(|(&threads, bound)| row(threads, bound)).collect();
    let of_talk = amdahl::serial_part(&OF_THE_TALK.map(|(threads, speedup)| (threads, 1.0 / speedup)));
    let percent = |serial| or_dash(serial, |serial: f64| format!("{:.1} %", 100.0 * serial));
    let [a, b, c] = columns.each_ref().map(|column| percent(column.serial));
    rows.push(["serial part".to_owned(), a, b, c, String::new(), percent(of_talk)]);
    let [a, b, c] = columns.each_ref().map(|column| column.name);
    part.table(&format!("speedup-{problem}"), &["threads", a, b, c, "limit", "the talk"], &rows, &[])
}

fn plot(part: &mut Part<'_>, problem: &str, columns: &[Column<'_>], trials: &[usize]) -> Result<(), Failure> {
    let cores = cores();
    let mut series = Vec::new();
    for column in columns.iter().filter(|column| !column.times.is_empty()) {
        let points = column.times.iter().map(|(threads, ms, _)| (*threads as f64, column.speedup(*ms)));
        series.push(Series { name: column.name.to_owned(), points: points.collect() });
        if let (Some(serial), true) = (column.serial, series.len() == 1) {
            let law = trials.iter().map(|&threads| (threads as f64, amdahl::speedup(serial, threads.min(cores))));
            let name = format!("Amdahl's law for {}, on {cores} cores", column.name);
            series.push(Series { name, points: law.collect() });
        }
    }
    series.push(Series {
        name: "the talk, 2014".to_owned(),
        points: OF_THE_TALK.map(|(threads, speedup)| (threads as f64, speedup)).to_vec(),
    });
    let chart = Lines {
        title: &format!("Speedup of {problem} by threads"),
        x: Axis::linear("threads"),
        y: Axis::linear("times as fast as one thread"),
        series: &series,
        marks: &[(cores as f64, "cores".to_owned())],
    };
    part.chart(&format!("speedup-{problem}.svg"), &chart)
}
