//! Chapter 8: threads.

use std::hint::{self, black_box};
use std::io;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use runner::limits::limit;
use runner::plot::{self, Axis, Block, Chart, Lines, Panel, Series};
use runner::{Budget, Chapter, Failure, Part, Setting, Status, numbers_cell, sweep, time};
use threaded::amdahl;
use threaded::counters::{Atomic, Counter, Locked, Padded, Racy, Sharded};
use threaded::mandelbrot::row;
use threaded::pool::Pool;
use threaded::prange::{Schedule, Span, Timeline, prange};
use threaded::start::together;
use validation::parallel::refused;
use validation::{Ladder, Problem, Settings, SharedInput, Work, mandelbrot};

fn main() -> ExitCode {
    Chapter::new(8, "Threads", threaded::ladders())
        .about("Who does which row, and how long the others wait for him. All answers are the same to the last bit.")
        .part(Some("mandelbrot"), timelines)
        .part(Some("mandelbrot"), |part| speedups(part, "mandelbrot", &["queued", "vectors", "free_running"]))
        .part(Some("expression"), |part| speedups(part, "expression", &["bands", "pooled", "streamed"]))
        .part(None, cores)
        .part(None, starts)
        .part(None, counters)
        .setting(Setting::Chunk)
        .run()
}

/// The talk's speedups of its parallel range over the expression, by the number of threads.
const OF_THE_TALK: [(usize, f64); 4] = [(1, 1.0), (2, 1.6), (3, 1.8), (4, 2.0)];

/// Shares the same rows out by every schedule, and draws which thread did which when.
fn timelines(part: &mut Part<'_>) -> Result<(), Failure> {
    let (threads, request) = (part.settings().threads.get(), part.request("mandelbrot"));
    let sizes = validation::Mandelbrot::request(&request).map_err(usage)?;
    let whole = mandelbrot::Input::new(&sizes).map_err(usage)?;
    // The picture is as high above its middle as below: two halves would be fair by accident.
    let rows = sizes.height.div_ceil(2);
    let ys = &whole.ys[..rows];
    let grain = rows.div_ceil(16 * threads).max(1);
    let schedules = [
        Schedule::Static,
        Schedule::StaticChunk(grain),
        Schedule::StaticChunk(1),
        Schedule::Dynamic(1),
        Schedule::Guided(1),
        Schedule::Stealing,
    ];
    part.heading(&format!("Who did which row when: the upper half of the picture, {rows} rows, {threads} threads"))?;
    let mut counts = vec![0; whole.width() * rows];
    let (mut panels, mut table) = (Vec::new(), Vec::new());
    for schedule in schedules {
        let runs = (0..3).map(|_| shared_out(threads, schedule, &whole, ys, &mut counts));
        let runs = match runs.collect::<io::Result<Vec<_>>>() {
            Ok(runs) => runs,
            Err(error) => return part.paragraph(&refused(threads, &error).to_string()),
        };
        let (spans, ms, begun) = runs.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).expect("three runs");
        let busy: Vec<f64> = (0..threads)
            .map(|thread| {
                let of_thread = spans.iter().filter(|span| span.thread == thread);
                // A sum of nothing would be -0.
                of_thread.fold(0.0, |sum, span| sum + ms_of(span.ended - span.begun))
            })
            .collect();
        let mean = busy.iter().sum::<f64>() / threads as f64;
        let imbalance = 100.0 * (busy.iter().copied().fold(0.0, f64::max) / mean - 1.0);
        let lane = |thread| {
            let of_thread = spans.iter().filter(|span| span.thread == thread);
            of_thread
                .map(|span| Block {
                    time: (ms_of(span.begun - begun), ms_of(span.ended - begun)),
                    part: (span.rows.start + span.rows.end) as f64 / (2 * rows) as f64,
                })
                .collect()
        };
        panels.push(Panel {
            name: schedule.to_string(),
            note: format!("{ms:.2} ms, imbalance {imbalance:.0} %"),
            lanes: (0..threads).map(lane).collect(),
        });
        table.push([
            schedule.to_string(),
            format!("{ms:.2}"),
            numbers_cell(&busy, |busy| format!("{busy:.2}")),
            spans.len().to_string(),
            format!("{imbalance:.0} %"),
        ]);
    }
    part.table("schedules", &["schedule", "best ms", "ms at work, by thread", "pieces", "imbalance"], &table, &[0])?;
    part.paragraph("Imbalance: how much longer the busiest thread worked than the mean of all.")?;
    for panel in &panels {
        let path = part.file(&format!("timeline-{}.svg", panel.name.replace(", ", "-")));
        plot::Timeline {
            title: &format!("Which thread did which row when: {}", panel.name),
            first_part: "first row",
            last_part: "last row",
            panels: std::slice::from_ref(panel),
        }
        .write(&path)
        .map_err(io)?;
    }
    plot::Timeline {
        title: "Which thread did which row when",
        first_part: "first row",
        last_part: "last row",
        panels: &panels,
    }
    .write(&part.file("timeline.svg"))
    .map_err(io)
}

/// One run, with who did what, how long the whole took, and when it began.
fn shared_out(
    threads: usize,
    schedule: Schedule,
    input: &mandelbrot::Input,
    ys: &[f64],
    counts: &mut [u32],
) -> io::Result<(Vec<Span>, f64, Instant)> {
    let (timeline, begun) = (Timeline::new(), Instant::now());
    prange(threads, schedule, counts, input.width(), Some(&timeline), |y, counts| {
        row(counts, &input.xs, ys[y], input.max_iterations);
    })?;
    let ended = Instant::now();
    Ok((timeline.spans(), ms_of(ended - begun), begun))
}

/// The numbers of threads to try: each up to eight, the cores, and twice as many; between them half as many more each time, because a
/// machine may have a hundred.
fn trials(cores: usize, most: usize) -> Vec<usize> {
    let steps = std::iter::successors(Some(8), |threads| Some(threads + threads / 2));
    let mut trials: Vec<_> = (1..8).chain(steps.take_while(|&threads| threads < most)).collect();
    trials.extend([cores, most]);
    trials.retain(|&threads| threads <= most);
    trials.sort_unstable();
    trials.dedup();
    trials
}

/// What came of a step on several numbers of threads.
struct Column {
    /// Threads and the best time in milliseconds.
    times: Vec<(usize, f64)>,
    /// The part that runs on one thread, by Amdahl's law.
    serial: Option<f64>,
}

impl Column {
    /// How many times as fast as one thread.
    fn speedup(&self, ms: f64) -> f64 {
        self.times[0].1 / ms
    }

    fn cell(&self, threads: usize) -> String {
        let time = self.times.iter().find(|time| time.0 == threads);
        time.map_or_else(dash, |&(_, ms)| format!("{ms:.2} ms, {:.2} x", self.speedup(ms)))
    }
}

fn dash() -> String {
    "-".to_owned()
}

fn percent(part: Option<f64>) -> String {
    part.map_or_else(dash, |part| format!("{:.1} %", 100.0 * part))
}

/// Runs steps on 1, 2, 3 ... threads, and more than there are cores, and fits Amdahl's law.
fn speedups(part: &mut Part<'_>, problem: &str, steps: &[&str; 3]) -> Result<(), Failure> {
    let cores = Settings::default().threads.get();
    let trials = trials(cores, part.settings().threads.get().max(2 * cores).max(4));
    let ladders = threaded::ladders();
    let ladder = &**ladders.iter().find(|ladder| ladder.problem() == problem).expect("a ladder of this crate");
    let input = ladder.input(&part.request(problem)).map_err(usage)?;
    let budget = Budget { runs: 3, time: part.budget().time / 20, ..part.budget() };
    part.heading(&format!("Speedup of {problem} by threads, on {cores} cores"))?;
    let mut columns = Vec::new();
    for name in steps {
        let times = times(ladder, name, &input, &trials, &budget)?;
        if times.is_empty() {
            part.paragraph(&format!("{name} cannot run here"))?;
        }
        let on_cores: Vec<_> = times.iter().copied().filter(|(threads, _)| *threads <= cores).collect();
        columns.push(Column { serial: amdahl::serial_part(&on_cores), times });
    }
    speedup_table(part, problem, steps, &columns, &trials, &bounds(&input, &trials))?;
    part.paragraph(&format!(
        "The serial part is that of Amdahl's law, from the times on at most {cores} threads: more than there are cores cannot be faster. The talk's is from its four speedups."
    ))?;
    speedup_plot(part, problem, steps, &columns, &trials)
}

fn speedup_table(
    part: &mut Part<'_>,
    problem: &str,
    steps: &[&str; 3],
    columns: &[Column],
    trials: &[usize],
    bounds: &[String],
) -> Result<(), Failure> {
    let talk = |threads| {
        OF_THE_TALK.iter().find(|(n, _)| *n == threads).map_or_else(dash, |(_, speedup)| format!("{speedup:.1} x"))
    };
    let row = |threads: usize, bound: &String| {
        let [a, b, c] = [0, 1, 2].map(|column| columns[column].cell(threads));
        [threads.to_string(), a, b, c, bound.clone(), talk(threads)]
    };
    let mut rows: Vec<_> = trials.iter().zip(bounds).map(|(&threads, bound)| row(threads, bound)).collect();
    let of_talk = amdahl::serial_part(&OF_THE_TALK.map(|(threads, speedup)| (threads, 1.0 / speedup)));
    let [a, b, c] = [0, 1, 2].map(|column| percent(columns[column].serial));
    rows.push(["serial part".to_owned(), a, b, c, String::new(), percent(of_talk)]);
    let header = ["threads", steps[0], steps[1], steps[2], "limit", "the talk"];
    part.table(&format!("speedup-{problem}"), &header, &rows, &[])
}

fn speedup_plot(
    part: &mut Part<'_>,
    problem: &str,
    steps: &[&str; 3],
    columns: &[Column],
    trials: &[usize],
) -> Result<(), Failure> {
    let cores = Settings::default().threads.get();
    let mut series = Vec::new();
    for (name, column) in steps.iter().zip(columns).filter(|(_, column)| !column.times.is_empty()) {
        let points = column.times.iter().map(|&(threads, ms)| (threads as f64, column.speedup(ms)));
        series.push(Series { name: (*name).to_owned(), points: points.collect() });
        if let (Some(serial), true) = (column.serial, series.len() == 1) {
            let law = trials.iter().map(|&threads| (threads as f64, amdahl::speedup(serial, threads.min(cores))));
            series.push(Series { name: format!("Amdahl's law for {name}, on {cores} cores"), points: law.collect() });
        }
    }
    series.push(Series {
        name: "the talk, 2014".to_owned(),
        points: OF_THE_TALK.map(|(threads, speedup)| (threads as f64, speedup)).to_vec(),
    });
    let path = part.file(&format!("speedup-{problem}.svg"));
    let title = format!("Speedup of {problem} by threads");
    let marks = [(cores as f64, "cores".to_owned())];
    Lines {
        title: &title,
        x: Axis::linear("threads"),
        y: Axis::linear("times as fast as one thread"),
        series: &series,
        marks: &marks,
    }
    .write(&path)
    .map_err(io)
}

/// The best times of a step, by threads, beginning with one; none where it cannot run on one.
fn times(
    ladder: &dyn Ladder,
    name: &str,
    input: &SharedInput,
    trials: &[usize],
    budget: &Budget,
) -> Result<Vec<(usize, f64)>, Failure> {
    let step = ladder.steps().iter().position(|step| step.name == name).expect("a step of this crate");
    let settings = trials
        .iter()
        .filter_map(|&threads| Some(Settings { threads: NonZeroUsize::new(threads)?, ..Settings::default() }));
    let points = sweep(ladder, step, input, settings, budget);
    if points.iter().any(|point| point.record.status == Status::Wrong) {
        return Err(Failure::Wrong);
    }
    let times: Vec<_> =
        points.iter().filter_map(|point| Some((point.settings.threads.get(), point.record.best_ms?))).collect();
    Ok(if times.first().is_some_and(|time| time.0 == 1) { times } else { Vec::new() })
}

/// What the hardware allows, by threads.
fn bounds(input: &SharedInput, trials: &[usize]) -> Vec<String> {
    let work = input.work();
    let cores = Settings::default().threads.get();
    let allowed = trials.iter().map(|&threads| limit(&work, threads.min(cores)));
    let told = allowed.map(|limit| limit.map_or_else(dash, |limit| format!("{:.2} ms", limit.ms())));
    told.collect()
}

/// Whether the cores are cores: what one thread can compute and move, and what all can.
fn cores(part: &mut Part<'_>) -> Result<(), Failure> {
    let cores = Settings::default().threads.get();
    part.heading(&format!("What {cores} threads can do that one cannot"))?;
    let compute = Work { adds: 100_000_000, muls: 100_000_000, ..Work::default() };
    let bytes = 64 << 20;
    let memory = Work { adds: 1, bytes_read: 2 * bytes, bytes_written: bytes, ..Work::default() };
    let mut rows = Vec::new();
    for (name, work) in [
        ("additions and multiplications, in registers", compute),
        ("two arrays read, one written, from memory", memory),
    ] {
        let (Some(alone), Some(all)) = (limit(&work, 1), limit(&work, cores)) else {
            part.paragraph(&format!("{name}: too little memory, or too few threads, to measure"))?;
            continue;
        };
        let rate = |ms: f64| {
            if work.bytes() > 0 {
                format!("{:.1} Gbyte/s", work.bytes() as f64 / ms / 1e6)
            } else {
                format!("{:.1} Gflop/s", work.flops() as f64 / ms / 1e6)
            }
        };
        rows.push([name.to_owned(), rate(alone.ms()), rate(all.ms()), format!("{:.2} x", alone.ms() / all.ms())]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    part.table("cores", &["work", "one thread", "all threads", "speedup"], &rows, &[0])?;
    part.paragraph("Two hyperthreads of one core share its multipliers: together they would compute hardly more than one. Memory is shared by all cores, however many there are.")
}

/// What it costs to start a thread, to wake one, and to meet at a barrier; and from which size on it is worth it.
fn starts(part: &mut Part<'_>) -> Result<(), Failure> {
    let threads = part.settings().threads.get().max(2);
    part.heading(&format!("The price of {threads} threads that do nothing"))?;
    let budget = if part.quick() {
        Budget { runs: 20, ..Budget::quick() }
    } else {
        Budget { runs: 300, time: Duration::from_millis(300), ..Budget::default() }
    };
    match prices(threads, if part.quick() { 20 } else { 300 }, &budget) {
        Ok(rows) => part.table("starts", &["what", "best us", "median us"], &rows, &[0])?,
        Err(error) => return part.paragraph(&refused(threads, &error).to_string()),
    }
    break_even(part, threads)
}

/// What it costs to start and to wake threads that do nothing, and to meet as many times as there are rounds.
fn prices(threads: usize, rounds: u32, budget: &Budget) -> io::Result<Vec<[String; 3]>> {
    let pool = Pool::new(threads)?;
    let rayon = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(io::Error::other)?;
    let ways: [(&str, &dyn Fn() -> io::Result<()>); 5] = [
        ("start and end them, std::thread::scope", &|| {
            thread::scope(|scope| (0..threads).try_for_each(|_| Builder::new().spawn_scoped(scope, || ()).map(drop)))
        }),
        ("start and end them, crossbeam's scope", &|| {
            crossbeam::thread::scope(|scope| (0..threads).try_for_each(|_| scope.builder().spawn(|_| ()).map(drop)))
                .expect("nothing panics")
        }),
        ("start one less, prange", &|| prange(threads, Schedule::Static, &mut vec![0_u8; threads], 1, None, |_, _| ())),
        ("wake them, a channel", &|| {
            let there = AtomicUsize::new(0);
            pool.run((0..threads).map(|_| || meet(&there, threads)));
            Ok(())
        }),
        ("wake them, rayon", &|| {
            rayon.broadcast(|_| ());
            Ok(())
        }),
    ];
    let mut rows = Vec::new();
    let mut row = |name: &str, way: &dyn Fn() -> io::Result<()>, times: u32| {
        let (best, median) = measured(budget, way)?;
        let shown = |us: f64| format!("{:.1}", us / f64::from(times));
        rows.push([name.to_owned(), shown(best), shown(median)]);
        io::Result::Ok(())
    };
    for (name, way) in ways {
        row(name, way, 1)?;
    }
    let barrier = Barrier::new(threads);
    let meeting = || together((0..threads).map(|_| || (0..rounds).for_each(|_| _ = barrier.wait())));
    row("meet at a barrier, once", &meeting, rounds)?;
    Ok(rows)
}

/// From which size on threads are worth it.
fn break_even(part: &mut Part<'_>, threads: usize) -> Result<(), Failure> {
    let steps = ["alone", "bands", "pooled", "parallel"];
    let ladders = threaded::ladders();
    let ladder = &**ladders.iter().find(|ladder| ladder.problem() == "expression").expect("a ladder of this crate");
    let powers = if part.quick() { 8..=14 } else { 8..=19 };
    let budget = Budget { runs: 30, time: Duration::from_millis(20), ..Budget::default() };
    let mut series: Vec<_> = steps.iter().map(|name| Series { name: (*name).to_owned(), points: Vec::new() }).collect();
    for elements in powers.map(|power| 1_usize << power) {
        let request = validation::SizeRequest { size: Some((1, Some(elements))), ..validation::SizeRequest::default() };
        let input = ladder.input(&request).map_err(usage)?;
        for (series, name) in series.iter_mut().zip(steps) {
            let step = ladder.steps().iter().position(|step| step.name == name).expect("a step of this crate");
            let settings = Settings {
                threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
                chunk: NonZeroUsize::new((elements / (4 * threads)).clamp(1, 32 * 1024)),
                ..Settings::default()
            };
            let points = sweep(ladder, step, &input, [settings], &budget);
            series.points.push((elements as f64, 1e3 * points[0].record.best_ms.unwrap_or(f64::NAN)));
        }
    }
    let rows: Vec<_> = (0..series[0].points.len())
        .map(|size| {
            let us = |step: usize| Some(series[step].points[size].1).filter(|us| us.is_finite());
            let us = |step: usize| us(step).map_or_else(dash, |us| format!("{us:.1}"));
            [format!("{}", series[0].points[size].0), us(0), us(1), us(2), us(3)]
        })
        .collect();
    part.heading("From which size on threads are worth it: the expression, best times in us")?;
    part.table("break-even", &["elements", "alone", "bands", "pooled", "parallel"], &rows, &[])?;
    for step in 1..steps.len() {
        let worth = |size: &usize| {
            (*size..series[0].points.len()).all(|size| series[step].points[size].1 < series[0].points[size].1)
        };
        let text = match (0..series[0].points.len()).find(worth) {
            Some(size) => {
                format!("{} is faster than one thread from {} elements on", steps[step], series[0].points[size].0)
            }
            None => format!("{} is not faster than one thread at any of these sizes", steps[step]),
        };
        part.line(text)?;
    }
    Lines {
        title: "The expression on one thread and on several",
        x: Axis::logarithmic("elements"),
        y: Axis::logarithmic("best time in us"),
        series: &series,
        marks: &[],
    }
    .write(&part.file("break-even.svg"))
    .map_err(io)
}

/// Waits for the others without going to sleep, so that no thread does the job of two.
fn meet(there: &AtomicUsize, threads: usize) {
    there.fetch_add(1, Ordering::Relaxed);
    while there.load(Ordering::Relaxed) < threads {
        hint::spin_loop();
    }
}

/// The best and the median time of something, in microseconds.
fn measured(budget: &Budget, what: &dyn Fn() -> io::Result<()>) -> io::Result<(f64, f64)> {
    let timing = time(budget, |_| {
        let started = Instant::now();
        what()?;
        io::Result::Ok(started.elapsed())
    })?;
    Ok((1e3 * timing.best_ms(), 1e3 * timing.median_ms()))
}

/// One number that all threads add to, in each way.
fn counters(part: &mut Part<'_>) -> Result<(), Failure> {
    let threads = part.settings().threads.get().max(2);
    let times: u64 = if part.quick() { 200_000 } else { 1_000_000 };
    let all = times * threads as u64;
    part.heading(&format!("{threads} threads add 1, {times} times each: {all}"))?;
    let rows = [
        added("load, add, store (a race)", threads, times, &|| counted(threads, times, &Racy::new())),
        added("a lock", threads, times, &|| counted(threads, times, &Locked::new())),
        added("an atomic addition", threads, times, &|| counted(threads, times, &Atomic::new())),
        added("a counter each, side by side", threads, times, &|| counted(threads, times, &Sharded::new(threads))),
        added("a counter each, a cache line apart", threads, times, &|| counted(threads, times, &Padded::new(threads))),
        added("a local variable each, added at the end", threads, times, &|| reduced(threads, times)),
    ];
    match rows.into_iter().collect::<io::Result<Vec<_>>>() {
        Ok(rows) => part.table("counters", &["way", "ns for each addition", "total", "lost"], &rows, &[0])?,
        Err(error) => return part.paragraph(&refused(threads, &error).to_string()),
    }
    part.paragraph(
        "Time on the clock over the additions of one thread: one thread alone would need as long for as many.",
    )
}

/// The row of one way to count: the best time of five runs, and the smallest total.
fn added(name: &str, threads: usize, times: u64, counted: &dyn Fn() -> io::Result<u64>) -> io::Result<[String; 4]> {
    let all = times * threads as u64;
    let (mut total, mut best) = (all, Duration::MAX);
    for _ in 0..5 {
        let started = Instant::now();
        total = total.min(counted()?);
        best = best.min(started.elapsed());
    }
    let lost = all - total;
    Ok([
        name.to_owned(),
        format!("{:.2}", best.as_nanos() as f64 / times as f64),
        total.to_string(),
        format!("{:.1} %", 100.0 * lost as f64 / all as f64),
    ])
}

/// Lets all threads begin together, and adds.
fn counted(threads: usize, times: u64, counter: &impl Counter) -> io::Result<u64> {
    let barrier = &Barrier::new(threads);
    together((0..threads).map(|thread| {
        move || {
            barrier.wait();
            (0..times).for_each(|_| counter.add(thread));
        }
    }))?;
    Ok(counter.total())
}

/// Every thread counts for itself; the sums are added when they are done.
fn reduced(threads: usize, times: u64) -> io::Result<u64> {
    let total = AtomicU64::new(0);
    // Without the black box the compiler would see that the sum is `times`, and not count at all.
    let count = || _ = total.fetch_add((0..times).fold(0, |sum, _| black_box(sum + 1)), Ordering::Relaxed);
    together((0..threads).map(|_| count))?;
    Ok(total.into_inner())
}

fn ms_of(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn io(error: std::io::Error) -> Failure {
    Failure::Io(error.to_string())
}

fn usage(error: validation::InputError) -> Failure {
    Failure::Usage(error.to_string())
}
