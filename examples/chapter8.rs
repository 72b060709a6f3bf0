//! Chapter 8: threads.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use runner::limits::limit;
use runner::plot::{self, Block, Panel, Series};
use runner::{Budget, Chapter, Failure, Part, Status, sweep, time};
use threaded::amdahl;
use threaded::counters::{Atomic, Counter, Locked, Padded, Racy, Sharded};
use threaded::mandelbrot::row;
use threaded::pool::Pool;
use threaded::prange::{Schedule, Span, Timeline, prange};
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
        .run()
}

/// The talk's speedups of its parallel range over the expression, by the number of threads.
const OF_THE_TALK: [(usize, f64); 4] = [(1, 1.0), (2, 1.6), (3, 1.8), (4, 2.0)];

/// Shares the same rows out by every schedule, and draws which thread did which when.
fn timelines(part: &mut Part<'_>) -> Result<(), Failure> {
    let (threads, request) = (part.settings().threads, part.request("mandelbrot"));
    let sizes = validation::Mandelbrot::request(&request).map_err(usage)?;
    let whole = mandelbrot::Input::new(&mandelbrot::Sizes { height: sizes.height * 2, ..sizes }).map_err(usage)?;
    // The picture is as high above its middle as below: two halves would be fair by accident.
    let (ys, rows) = (&whole.ys[..sizes.height], sizes.height);
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
        let (spans, ms, begun) = (0..7)
            .map(|_| shared_out(threads, schedule, &whole, ys, &mut counts))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .expect("seven runs");
        let busy: Vec<f64> = (0..threads)
            .map(|thread| {
                spans.iter().filter(|span| span.thread == thread).map(|span| ms_of(span.ended - span.begun)).sum()
            })
            .collect();
        let mean = busy.iter().sum::<f64>() / threads as f64;
        let imbalance = 100.0 * (busy.iter().copied().fold(0.0, f64::max) / mean - 1.0);
        let lane = |thread| {
            let of_thread = spans.iter().filter(|span| span.thread == thread);
            of_thread
                .map(|span| Block {
                    time: (ms_of(span.begun - begun), ms_of(span.ended - begun)),
                    part: span.rows.start as f64 / rows as f64,
                })
                .collect()
        };
        panels.push(Panel {
            name: schedule.to_string(),
            note: format!("{ms:.2} ms, imbalance {imbalance:.0} %"),
            lanes: (0..threads).map(lane).collect(),
        });
        let shares: Vec<_> = busy.iter().map(|busy| format!("{busy:.2}")).collect();
        table.push([
            schedule.to_string(),
            format!("{ms:.2}"),
            shares.join(" "),
            spans.len().to_string(),
            format!("{imbalance:.0} %"),
        ]);
    }
    part.table("schedules", &["schedule", "best ms", "ms at work, by thread", "pieces", "imbalance"], &table, &[0])?;
    part.paragraph("Imbalance: how much longer the busiest thread worked than the mean of all.")?;
    for panel in &panels {
        let path = part.file(&format!("timeline-{}.svg", panel.name.replace(", ", "-")));
        plot::timeline(
            &path,
            &format!("Which thread did which row when: {}", panel.name),
            ("top row", "bottom row"),
            std::slice::from_ref(panel),
        )
        .map_err(io)?;
    }
    plot::timeline(&part.file("timeline.svg"), "Which thread did which row when", ("top row", "bottom row"), &panels)
        .map_err(io)
}

/// One run, with who did what, how long the whole took, and when it began.
fn shared_out(
    threads: usize,
    schedule: Schedule,
    input: &mandelbrot::Input,
    ys: &[f64],
    counts: &mut [u32],
) -> (Vec<Span>, f64, Instant) {
    let (timeline, begun) = (Timeline::new(), Instant::now());
    prange(threads, schedule, counts, input.width(), Some(&timeline), |y, counts| {
        row(counts, &input.xs, ys[y], input.max_iterations);
    });
    let ended = Instant::now();
    (timeline.spans(), ms_of(ended - begun), begun)
}

/// Runs steps on 1, 2, 3 ... threads, and more than there are cores, and fits Amdahl's law.
fn speedups(part: &mut Part<'_>, problem: &str, steps: &[&str]) -> Result<(), Failure> {
    let cores = Settings::default().threads;
    let most = part.settings().threads.max(2 * cores).max(4);
    let ladders = threaded::ladders();
    let ladder = &**ladders.iter().find(|ladder| ladder.problem() == problem).expect("a ladder of this crate");
    let request = part.request(problem);
    let input = ladder.input(&request).map_err(usage)?;
    let budget = Budget { time: part.budget().time / 4, ..part.budget() };
    part.heading(&format!("Speedup of {problem} by threads, on {cores} cores"))?;
    let mut series = Vec::new();
    let mut columns = Vec::new();
    for name in steps {
        let times = times(ladder, name, &input, most, &budget)?;
        let Some(&(_, alone)) = times.first() else {
            part.paragraph(&format!("{name} cannot run here"))?;
            columns.push((vec!["-".to_owned(); most], "-".to_owned()));
            continue;
        };
        let on_cores: Vec<_> = times.iter().copied().filter(|(threads, _)| *threads <= cores).collect();
        let serial = amdahl::serial_part(&on_cores);
        let speedups: Vec<_> = times.iter().map(|&(threads, ms)| (threads as f64, alone / ms)).collect();
        let cells = times.iter().zip(&speedups).map(|((_, ms), (_, speedup))| format!("{ms:.2} ms, {speedup:.2} x"));
        columns.push((cells.collect(), serial.map_or("-".to_owned(), |serial| format!("{:.1} %", 100.0 * serial))));
        series.push(Series { name: (*name).to_owned(), points: speedups });
        if let (Some(serial), true) = (serial, series.len() == 1) {
            let law = (1..=most).map(|threads| (threads as f64, amdahl::speedup(serial, threads.min(cores))));
            series.push(Series { name: format!("Amdahl's law for {name}, on {cores} cores"), points: law.collect() });
        }
    }
    let bound = bounds(&input, most);
    series.push(Series {
        name: "the talk, 2014".to_owned(),
        points: OF_THE_TALK.map(|(threads, speedup)| (threads as f64, speedup)).to_vec(),
    });
    let talk = |threads| {
        OF_THE_TALK.iter().find(|(n, _)| *n == threads).map_or("-".to_owned(), |(_, speedup)| format!("{speedup:.1} x"))
    };
    let mut rows: Vec<[String; 6]> = (1..=most)
        .map(|threads| {
            let cell = |column: usize| columns[column].0.get(threads - 1).cloned().unwrap_or_else(|| "-".to_owned());
            [threads.to_string(), cell(0), cell(1), cell(2), bound[threads - 1].clone(), talk(threads)]
        })
        .collect();
    let serial_of_talk = amdahl::serial_part(&OF_THE_TALK.map(|(threads, speedup)| (threads, 1.0 / speedup)));
    let of_talk = serial_of_talk.map_or("-".to_owned(), |serial| format!("{:.1} %", 100.0 * serial));
    rows.push([
        "serial part".to_owned(),
        columns[0].1.clone(),
        columns[1].1.clone(),
        columns[2].1.clone(),
        String::new(),
        of_talk,
    ]);
    let header = ["threads", steps[0], steps[1], steps[2], "limit", "the talk"];
    part.table(&format!("speedup-{problem}"), &header, &rows, &[])?;
    part.paragraph(&format!(
        "The serial part is that of Amdahl's law, from the times on at most {cores} threads: more than there are cores cannot be faster. The talk's is from its four speedups."
    ))?;
    let path = part.file(&format!("speedup-{problem}.svg"));
    let marks = [(cores as f64, "cores".to_owned())];
    plot::lines(
        &path,
        &format!("Speedup of {problem} by threads"),
        "threads",
        "times as fast as one thread",
        &series,
        &marks,
        false,
        false,
    )
    .map_err(io)
}

/// The best times of a step, by threads; none where it cannot run.
fn times(
    ladder: &dyn Ladder,
    name: &str,
    input: &SharedInput,
    most: usize,
    budget: &Budget,
) -> Result<Vec<(usize, f64)>, Failure> {
    let step = ladder.steps().iter().position(|step| step.name == name).expect("a step of this crate");
    let settings = (1..=most).map(|threads| Settings { threads, ..Settings::default() });
    let points = sweep(ladder, step, input, settings, budget);
    if points.iter().any(|point| point.record.status == Status::Wrong) {
        return Err(Failure::Wrong);
    }
    Ok(points.iter().filter_map(|point| Some((point.settings.threads, point.record.best_ms?))).collect())
}

/// What the hardware allows, by threads.
fn bounds(input: &SharedInput, most: usize) -> Vec<String> {
    let work = input.work();
    let cores = Settings::default().threads;
    let allowed = (1..=most).map(|threads| limit(&work, threads.min(cores)));
    let told = allowed.map(|limit| limit.map_or("-".to_owned(), |limit| format!("{:.2} ms", limit.ms())));
    told.collect()
}

/// Whether the cores are cores: what one thread can compute and move, and what all can.
fn cores(part: &mut Part<'_>) -> Result<(), Failure> {
    let cores = Settings::default().threads;
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
            part.paragraph(&format!("{name}: too little memory to measure"))?;
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
    part.table("cores", &["work", "one thread", "all threads", "speedup"], &rows, &[0])?;
    part.paragraph("Two hyperthreads of one core share its multipliers: together they would compute hardly more than one. Memory is shared by all cores, however many there are.")
}

/// What it costs to start a thread, to wake one, and to meet at a barrier; and from which size on it is worth it.
fn starts(part: &mut Part<'_>) -> Result<(), Failure> {
    let threads = part.settings().threads.max(2);
    let pool = Pool::new(threads).map_err(io)?;
    let rayon =
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| Failure::Io(error.to_string()))?;
    part.heading(&format!("The price of {threads} threads that do nothing"))?;
    let ways: [(&str, &dyn Fn()); 5] = [
        ("start and end them, std::thread::scope", &|| {
            thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(|| ())))
        }),
        ("start and end them, crossbeam's scope", &|| {
            crossbeam::thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(|_| ())))
                .expect("nothing panics")
        }),
        ("start one less, prange", &|| prange(threads, Schedule::Static, &mut vec![0_u8; threads], 1, None, |_, _| ())),
        ("wake them, a channel", &|| pool.run((0..threads).map(|_| || ()))),
        ("wake them, rayon", &|| _ = rayon.broadcast(|_| ())),
    ];
    let budget = if part.quick() {
        Budget { runs: 20, ..Budget::quick() }
    } else {
        Budget { runs: 300, time: Duration::from_millis(300), ..Budget::default() }
    };
    let mut rows = Vec::new();
    for (name, way) in ways {
        let timing = measured(&budget, way)?;
        rows.push([name.to_owned(), format!("{:.1}", timing.0), format!("{:.1}", timing.1)]);
    }
    let rounds = if part.quick() { 20 } else { 300 };
    let barrier = Barrier::new(threads);
    let meeting = measured(&budget, &|| {
        thread::scope(|scope| {
            (0..threads).for_each(|_| _ = scope.spawn(|| (0..rounds).for_each(|_| _ = barrier.wait())))
        })
    })?;
    rows.push([
        "meet at a barrier, once".to_owned(),
        format!("{:.1}", meeting.0 / f64::from(rounds)),
        format!("{:.1}", meeting.1 / f64::from(rounds)),
    ]);
    part.table("starts", &["what", "best us", "median us"], &rows, &[0])?;

    let steps = ["alone", "bands", "pooled", "parallel"];
    let ladders = threaded::ladders();
    let ladder = &**ladders.iter().find(|ladder| ladder.problem() == "expression").expect("a ladder of this crate");
    let powers = if part.quick() { 8..=14 } else { 8..=22 };
    let budget = Budget { runs: 30, time: Duration::from_millis(40), ..Budget::default() };
    let mut series: Vec<_> = steps.iter().map(|name| Series { name: (*name).to_owned(), points: Vec::new() }).collect();
    for elements in powers.map(|power| 1_usize << power) {
        let request = validation::SizeRequest { size: Some((1, Some(elements))), ..validation::SizeRequest::default() };
        let input = ladder.input(&request).map_err(usage)?;
        for (series, name) in series.iter_mut().zip(steps) {
            let step = ladder.steps().iter().position(|step| step.name == name).expect("a step of this crate");
            let settings = Settings {
                threads,
                chunk: Some((elements / (4 * threads)).clamp(1, 32 * 1024)),
                ..Settings::default()
            };
            let points = sweep(ladder, step, &input, [settings], &budget);
            series.points.push((elements as f64, 1e3 * points[0].record.best_ms.unwrap_or(f64::NAN)));
        }
    }
    let rows: Vec<_> = (0..series[0].points.len())
        .map(|size| {
            let us = |step: usize| format!("{:.1}", series[step].points[size].1);
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
    plot::lines(
        &part.file("break-even.svg"),
        "The expression on one thread and on several",
        "elements",
        "best time in us",
        &series,
        &[],
        true,
        true,
    )
    .map_err(io)
}

/// The best and the median time of something, in microseconds.
fn measured(budget: &Budget, what: &dyn Fn()) -> Result<(f64, f64), Failure> {
    let timing = time(budget, |_| {
        let started = Instant::now();
        what();
        Ok::<_, Failure>(started.elapsed())
    })?;
    Ok((1e3 * timing.best_ms(), 1e3 * timing.median_ms()))
}

/// One number that all threads add to, in each way.
fn counters(part: &mut Part<'_>) -> Result<(), Failure> {
    let threads = part.settings().threads.max(2);
    let times: u64 = if part.quick() { 20_000 } else { 2_000_000 };
    let all = times * threads as u64;
    part.heading(&format!("{threads} threads add 1, {times} times each: {all}"))?;
    let mut rows = Vec::new();
    let mut add = |name: &str, counted: &dyn Fn() -> u64| {
        let mut total = 0;
        let best = (0..5)
            .map(|_| {
                let started = Instant::now();
                total = counted();
                started.elapsed()
            })
            .min()
            .expect("five runs");
        let lost = all - total;
        rows.push([
            name.to_owned(),
            format!("{:.2}", best.as_nanos() as f64 / times as f64),
            total.to_string(),
            format!("{:.1} %", 100.0 * lost as f64 / all as f64),
        ]);
    };
    add("load, add, store (a race)", &|| counted(threads, times, &Racy::new()));
    add("a lock", &|| counted(threads, times, &Locked::new()));
    add("an atomic addition", &|| counted(threads, times, &Atomic::new()));
    add("a counter each, side by side", &|| counted(threads, times, &Sharded::new(threads)));
    add("a counter each, a cache line apart", &|| counted(threads, times, &Padded::new(threads)));
    add("a local variable each, added at the end", &|| reduced(threads, times));
    part.table("counters", &["way", "ns for each addition", "total", "lost"], &rows, &[0])?;
    part.paragraph(
        "Time on the clock over the additions of one thread: one thread alone would need as long for as many.",
    )
}

/// Lets all threads begin together, and adds.
fn counted(threads: usize, times: u64, counter: &impl Counter) -> u64 {
    let barrier = Barrier::new(threads);
    thread::scope(|scope| {
        for thread in 0..threads {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                (0..times).for_each(|_| counter.add(thread));
            });
        }
    });
    counter.total()
}

/// Every thread counts for itself; the sums are added when they are done.
fn reduced(threads: usize, times: u64) -> u64 {
    thread::scope(|scope| {
        // Without the black box the compiler would see that the sum is `times`, and not count at all.
        let count = || (0..times).fold(0, |sum, _| black_box(sum + 1));
        let sums: Vec<_> = (0..threads).map(|_| scope.spawn(count)).collect();
        sums.into_iter().map(|sum| sum.join().expect("counting does not panic")).sum()
    })
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
