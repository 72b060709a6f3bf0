//! Chapter 9: processes, pools of them, and memory that they share.

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use multiprocess::{Error, FrozenArray, Lock, Numbers, Pool, Process, STALL_LIMIT, SharedArray, SharedValue, pi, task};
use runner::plot::{Axis, Chart, Lines, Series};
use runner::{Budget, Chapter, Failure, Part, Setting, Status, StepRecord, run_step};
use validation::{Ladder, Settings, SizeRequest, StepError};

fn main() -> ExitCode {
    multiprocess::init();
    Chapter::new(9, "Processes", multiprocess::ladders())
        .about("A process shares nothing unless it is told to. What is sent costs time, and what is shared needs care.")
        .part(Some("mandelbrot"), sweep)
        .part(Some("pi"), samples)
        .part(None, sleepers)
        .part(None, starts)
        .part(None, round_trips)
        .part(None, copies)
        .part(None, counter)
        .part(None, theirs)
        .setting(Setting::Chunk)
        .run()
}

/// What a part is left with when no process can be started: the reason on the screen.
fn shown(part: &Part<'_>, result: Result<(), Stop>) -> Result<(), Failure> {
    match result {
        Ok(()) => Ok(()),
        Err(Stop::Failure(failure)) => Err(failure),
        Err(Stop::Error(error)) => match StepError::from(error) {
            unavailable @ StepError::Unavailable(_) => part.line(unavailable),
            StepError::Failed(why) => Err(Failure::Io(why)),
        },
    }
}

enum Stop {
    Failure(Failure),
    Error(Error),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// A pool whose workers do not wait for anything but a processor, so that one that does nothing has been stopped.
fn pool(workers: usize) -> Result<Pool, Error> {
    Pool::options().workers(workers).stall_limit(STALL_LIMIT).start()
}

/// The best time of a step that has been run.
fn best_ms(record: StepRecord) -> Result<f64, Stop> {
    let why = record.reason.unwrap_or_default();
    match record.status {
        Status::Unavailable => Err(Error::Unavailable(why).into()),
        _ => record.best_ms.ok_or_else(|| Failure::Io(format!("{}: {why}", record.step)).into()),
    }
}

/// The best and the median time of so many runs.
fn times(repeat: usize, mut run: impl FnMut() -> Result<(), Error>) -> Result<(Duration, Duration), Error> {
    let mut times = Vec::new();
    for _ in 0..repeat {
        let started = Instant::now();
        run()?;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    Ok((times[0], times[repeat / 2]))
}

fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 1.0 { format!("{ms:.3}") } else { format!("{ms:.1}") }
}

fn us(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e6)
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

/// The time of a step, by its name.
fn step_ms(
    problem: &str,
    name: &str,
    request: &SizeRequest,
    settings: &Settings,
    budget: &Budget,
) -> Result<f64, Stop> {
    let ladders = multiprocess::ladders();
    let ladder: &dyn Ladder = ladders
        .iter()
        .map(|ladder| &**ladder)
        .find(|ladder| ladder.problem() == problem)
        .ok_or_else(|| Failure::Io(format!("there is no ladder of {problem}")))?;
    let step = ladder.steps().iter().position(|step| step.name == name);
    let step = step.ok_or_else(|| Failure::Io(format!("there is no step {name}")))?;
    let input = ladder.input(request).map_err(|error| Failure::Usage(error.to_string()))?;
    best_ms(run_step(ladder, step, &input, settings, budget, &mut |_| {}))
}

/// Chunk counts from one to 256, against the tutorial's advice of one for each core.
fn sweep(part: &mut Part<'_>) -> Result<(), Failure> {
    let result = sweep_table(part);
    shown(part, result)
}

fn sweep_table(part: &mut Part<'_>) -> Result<(), Stop> {
    part.heading("How many chunks? The tutorial advises one for each core.")?;
    let request = part.request("mandelbrot");
    // So many rows that every count of chunks is a whole number of them.
    let height = if part.quick() { 256 } else { 512 };
    let request = SizeRequest { height: Some(request.height.unwrap_or(height)), ..request };
    let settings = part.settings();
    let ladders = multiprocess::ladders();
    let ladder = &*ladders[0];
    let input = ladder.input(&request).map_err(|error| Failure::Usage(error.to_string()))?;
    let height = input.sizes().iter().find(|(name, _)| *name == "height").map_or(1, |(_, height)| *height as usize);
    let budget = Budget { repeat: Some(2), ..part.budget() };
    let counts: &[usize] = if part.quick() { &[1, 2, 16, 256] } else { &[1, 2, 3, 4, 8, 16, 32, 64, 128, 256] };
    let counts = counts.iter().filter(|count| **count <= height);
    let chunks: Vec<usize> = counts.map(|count| height.div_ceil(*count)).collect();
    let names = ["pool_pickled", "shared"];
    let mut series = names.map(|name| Series { name: name.to_owned(), points: Vec::new() });
    for &chunk in &chunks {
        for (name, series) in names.iter().zip(&mut series) {
            let Some(step) = ladder.steps().iter().position(|step| step.name == *name) else { continue };
            let settings = Settings { chunk: NonZeroUsize::new(chunk), ..settings.clone() };
            let record = run_step(ladder, step, &input, &settings, &budget, &mut |_| {});
            series.points.push((height.div_ceil(chunk) as f64, best_ms(record)?));
        }
    }
    let rows: Vec<[String; 3]> = (0..chunks.len())
        .map(|place| {
            let [pickled, shared] = [0, 1].map(|of| format!("{:.1}", series[of].points[place].1));
            [format!("{}", series[0].points[place].0), pickled, shared]
        })
        .collect();
    part.table("sweep", &["chunks", "pool_pickled ms", "shared ms"], &rows, &[])?;
    let marks = [(settings.threads.get() as f64, "one for each worker".to_owned())];
    let path = part.file("sweep.svg");
    let title = format!("Chunks of {height} rows on {} workers", settings.threads);
    Lines { title: &title, x: Axis::logarithmic("chunks"), y: Axis::linear("ms"), series: &series, marks: &marks }
        .write(&path)
        .map_err(|error| Failure::Io(error.to_string()).into())
}

/// The book's table: pi in one process, a task for each sample, and ten large tasks.
fn samples(part: &mut Part<'_>) -> Result<(), Failure> {
    let result = pi_table(part);
    shown(part, result)
}

fn pi_table(part: &mut Part<'_>) -> Result<(), Stop> {
    part.heading("The book's pi: what a task for each sample costs")?;
    let (samples, single) = if part.quick() { (100_000_u64, 500_u64) } else { (1_000_000, 20_000) };
    let pool = pool(part.settings().threads.get())?;
    let tenth = samples / 10;
    let (alone, _) = times(3, || {
        (0..10).for_each(|seed| {
            std::hint::black_box(chunk_of_samples((seed, tenth)));
        });
        Ok(())
    })?;
    let (crippled, _) = times(2, || {
        let results = (0..single).map(|index| pool.apply_async(pi::sample, (0, index)));
        let results = results.collect::<Result<Vec<_>, _>>()?;
        let mut hits = 0;
        for result in results {
            hits += result.get()?;
        }
        if hits == chunk_of_samples((0, single)) { Ok(()) } else { Err(Error::System("the hits are wrong".to_owned())) }
    })?;
    let (chunked, _) = times(3, || pool.map_chunks(chunk_of_samples, (0..10).map(|seed| (seed, tenth)), 1).map(drop))?;
    pool.join()?;
    let each = |time: Duration, samples: u64| time.as_secs_f64() * 1e9 / samples as f64;
    let first = each(alone, samples);
    let row = |name: &str, tasks: u64, samples: u64, time: Duration, book: f64| {
        let ns = each(time, samples);
        [
            name.to_owned(),
            grouped(tasks),
            grouped(samples),
            ms(time),
            format!("{ns:.2}"),
            format!("{:.2} x", ns / first),
            format!("{book:.3}"),
            format!("{:.2} x", book / 0.734),
        ]
    };
    let rows = [
        row("pi_serial", 1, samples, alone, 0.734),
        row("pi_apply_async", single, single, crippled, 96.989),
        row("pi_apply_async_chunked", 10, samples, chunked, 0.325),
    ];
    let header = ["program", "tasks", "samples", "ms", "ns a sample", "of serial", "the book's s", "of its serial"];
    part.table("samples", &header, &rows, &[0])?;
    part.paragraph("One task for each sample is measured on fewer samples than the rest, since it would take long.")?;
    Ok(())
}

fn chunk_of_samples((seed, samples): (u64, u64)) -> u64 {
    (0..samples).map(|index| pi::sample((seed, index))).sum()
}
task!(chunk_of_samples);

/// The book's first program: four processes, each asleep for a second, in one second together.
fn sleepers(part: &mut Part<'_>) -> Result<(), Failure> {
    let result = four_sleepers(part);
    shown(part, result)
}

// ANCHOR: sleepers
fn sleep_and_tell((id, milliseconds, order): (u32, u64, SharedValue<u32>)) {
    thread::sleep(Duration::from_millis(milliseconds));
    let place = order.add(1) + 1;
    println!("  I'm the process with id: {id}, process {} of this system, awake as number {place}", std::process::id());
}
task!(sleep_and_tell);

fn four_sleepers(part: &mut Part<'_>) -> Result<(), Stop> {
    let nap = if part.quick() { 100 } else { 1000 };
    part.heading(&format!("Four processes that sleep for {nap} ms each"))?;
    let order = SharedValue::new(0)?;
    let started = Instant::now();
    let sleepers: Vec<Process> =
        (1..=4).map(|id| Process::start(sleep_and_tell, (id, nap, order.clone()))).collect::<Result<_, _>>()?;
    for sleeper in sleepers {
        sleeper.join_unless_stalled(STALL_LIMIT)?;
    }
    let elapsed = started.elapsed();
    // ANCHOR_END: sleepers
    part.text("sleepers", &format!("4 sleepers of {nap} ms each: {} ms on the clock on the wall", ms(elapsed)))?;
    Ok(())
}

fn nothing(_: ()) {}
task!(nothing);

fn run_nothing() -> Result<(), Error> {
    nothing(());
    Ok(())
}

/// What it costs to have somebody else do something: a thread, a process, a pool.
fn starts(part: &mut Part<'_>) -> Result<(), Failure> {
    let result = start_table(part);
    shown(part, result)
}

fn start_table(part: &mut Part<'_>) -> Result<(), Stop> {
    part.heading("What it costs to start")?;
    let repeat = if part.quick() { 5 } else { 30 };
    let thread_time = times(repeat, || {
        let thread = thread::Builder::new().spawn(run_nothing);
        let thread = thread.map_err(|error| Error::Unavailable(format!("no thread: {error}; raise `ulimit -u`")))?;
        thread.join().unwrap_or(Ok(()))
    })?;
    let other = times(repeat, || {
        let status = Command::new("true").stdin(Stdio::null()).status();
        status.map(drop).map_err(|error| Error::Unavailable(format!("the program true: {error}")))
    })?;
    let process = times(repeat, || Process::start(nothing, ())?.join_unless_stalled(STALL_LIMIT).map(drop))?;
    let mut pools = Vec::new();
    for workers in [1, 2, 4] {
        let mut started = Vec::new();
        let time = times(repeat.min(10), || {
            started.push(pool(workers)?);
            Ok(())
        })?;
        started.into_iter().try_for_each(Pool::join)?;
        pools.push((workers, time));
    }
    let row = |what: String, (best, median): (Duration, Duration)| [what, ms(best), ms(median)];
    let mut rows = vec![
        row("a thread, started and joined".to_owned(), thread_time),
        row("another small program (true), spawned and waited for".to_owned(), other),
        row("a process with a function, started and joined".to_owned(), process),
    ];
    rows.extend(
        pools.into_iter().map(|(workers, time)| row(format!("a pool of {workers}, until its workers are ready"), time)),
    );
    for method in ["fork", "forkserver", "spawn"] {
        let measured = python(&["--start", method]);
        let name = format!("CPython's Pool(2), {method}, until a task is done");
        rows.push(match measured {
            Ok(values) if values.len() >= 2 => [name, format!("{:.1}", values[0]), format!("{:.1}", values[1])],
            _ => [name, "-".to_owned(), "-".to_owned()],
        });
        if part.quick() {
            break;
        }
    }
    part.table("starts", &["what", "best ms", "median ms"], &rows, &[0])?;
    Ok(())
}

/// What CPython's multiprocessing prints for these arguments: numbers in a row.
fn python(arguments: &[&str]) -> Result<Vec<f64>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let own = root.join(".peers/venv/bin/python");
    let program = if own.exists() { own.as_os_str() } else { "python3".as_ref() };
    let script = root.join("scripts/peers/multiprocessing_costs.py");
    let output = Command::new(program).arg(script).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
    let output = output.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().map(|number| number.parse().map_err(|_| text.to_string())).collect()
}

/// How long an empty task is under way.
fn round_trips(part: &mut Part<'_>) -> Result<(), Failure> {
    let result = round_trip_table(part);
    shown(part, result)
}

fn round_trip_table(part: &mut Part<'_>) -> Result<(), Stop> {
    part.heading("There and back: a task that does nothing")?;
    let repeat = if part.quick() { 200 } else { 5000 };
    let pool = pool(2)?;
    let applied = times(repeat, || pool.apply(nothing, ()))?;
    let asynchronous = times(repeat, || pool.apply_async(nothing, ())?.get())?;
    let inputs = 1000;
    let (best, median) = times(20, || pool.map_chunks(nothing, vec![(); inputs], 1).map(drop))?;
    let many = (best / inputs as u32, median / inputs as u32);
    let before = pool.traffic();
    pool.apply(nothing, ())?;
    let after = pool.traffic();
    pool.join()?;
    let row = |what: &str, (best, median): (Duration, Duration)| [what.to_owned(), us(best), us(median)];
    let mut rows = vec![
        row("apply: the caller talks to the worker", applied),
        row("apply_async and get: by way of the worker's keeper", asynchronous),
        row("map of 1000, for each", many),
    ];
    let count = if part.quick() { "100" } else { "3000" };
    rows.push(match python(&["--round-trips", count]) {
        Ok(values) if values.len() >= 2 => {
            ["CPython's Pool.apply".to_owned(), format!("{:.1}", values[0]), format!("{:.1}", values[1])]
        }
        _ => ["CPython's Pool.apply: no python3 here".to_owned(), "-".to_owned(), "-".to_owned()],
    });
    part.table("round-trips", &["an empty task", "best us", "median us"], &rows, &[0])?;
    let (sent, received) = (after.sent - before.sent, after.received - before.received);
    part.line(format!("{sent} bytes there, most of them the function's name, and {received} back."))?;
    Ok(())
}

/// What eight megabytes cost on the way to a worker and back.
fn copies(part: &mut Part<'_>) -> Result<(), Failure> {
    let result = copy_table(part);
    shown(part, result)
}

// ANCHOR: copies
fn next_vec(numbers: Vec<f64>) -> Vec<f64> {
    numbers.into_iter().map(|number| number + 1.0).collect()
}
task!(next_vec);

fn next_bytes(mut numbers: Numbers<f64>) -> Numbers<f64> {
    numbers.0.iter_mut().for_each(|number| *number += 1.0);
    numbers
}
task!(next_bytes);

fn next_in_place(_: (), _: usize, part: &mut [f64]) {
    part.iter_mut().for_each(|number| *number += 1.0);
}
task!(part next_in_place);

fn last_of(numbers: FrozenArray<f64>) -> f64 {
    numbers.last().copied().unwrap_or_default()
}
task!(last_of);
// ANCHOR_END: copies

fn copy_table(part: &mut Part<'_>) -> Result<(), Stop> {
    let length: usize = if part.quick() { 100_000 } else { 1_000_000 };
    let bytes = 8 * length as u64;
    part.heading(&format!("What {} bytes cost on the way to a worker and back", grouped(bytes)))?;
    let repeat = if part.quick() { 3 } else { 15 };
    let pool = pool(1)?;
    let numbers: Vec<f64> = (0..length).map(|number| number as f64).collect();
    let mut rows = Vec::new();
    // Copies that this function makes; a byte that is sent is written, taken in and given out by the kernel, and read: four.
    let mut add = |way: &str, own: u64, run: &mut dyn FnMut() -> Result<(), Error>| -> Result<(), Error> {
        run()?;
        let before = pool.traffic();
        let (best, median) = times(repeat, run)?;
        let after = pool.traffic();
        let [sent, received] =
            [after.sent - before.sent, after.received - before.received].map(|total| total / repeat as u64);
        let copied = own + 4 * ((sent + bytes / 2) / bytes) + 4 * ((received + bytes / 2) / bytes);
        rows.push([way.to_owned(), grouped(sent), grouped(received), copied.to_string(), ms(best), ms(median)]);
        Ok(())
    };
    add("Vec<f64>, number by number", 0, &mut || check(&pool.apply(next_vec, numbers.as_slice().to_vec())?, &numbers))?;
    add("Numbers<f64>, as bytes", 1, &mut || check(&pool.apply(next_bytes, Numbers(numbers.clone()))?, &numbers))?;
    let mut array = SharedArray::<f64>::new(length)?;
    let mut back = numbers.clone();
    add("SharedArray<f64>, copied in and out", 2, &mut || {
        array.copy_from_slice(&numbers);
        pool.fill(&mut array, length, next_in_place, &())?;
        back.copy_from_slice(&array);
        check(&back, &numbers)
    })?;
    let mut place = SharedArray::<f64>::of(&numbers)?;
    add("SharedArray<f64>, written in place", 0, &mut || {
        let first = place[0];
        pool.fill(&mut place, length, next_in_place, &())?;
        if place[0] == first + 1.0 { Ok(()) } else { Err(Error::System("the array is not written".to_owned())) }
    })?;
    let frozen = FrozenArray::of(&numbers)?;
    add("FrozenArray<f64>, read", 0, &mut || {
        let last = pool.apply(last_of, frozen.clone())?;
        if Some(&last) == numbers.last() { Ok(()) } else { Err(Error::System("the array is not read".to_owned())) }
    })?;
    pool.join()?;
    part.table("copies", &["way", "bytes sent", "bytes back", "copies", "best ms", "median ms"], &rows, &[0])?;
    Ok(())
}

/// Looks at both ends: what was added one to has arrived and come back.
fn check(found: &[f64], sent: &[f64]) -> Result<(), Error> {
    let ends = |numbers: &[f64]| (numbers.len(), numbers.first().copied(), numbers.last().copied());
    let (length, first, last) = ends(sent);
    if ends(found) == (length, first.map(|number| number + 1.0), last.map(|number| number + 1.0)) {
        return Ok(());
    }
    Err(Error::System("the numbers did not come back".to_owned()))
}

/// The book's shared counter: updates that are lost, then a lock, then an access that does it all.
fn counter(part: &mut Part<'_>) -> Result<(), Failure> {
    let result = counter_table(part);
    shown(part, result)
}

// ANCHOR: counter
/// Waits for the others, so that all count at the same time.
fn meet(come: &SharedValue<u32>, expected: u32) {
    come.add(1);
    while come.get() < expected {
        thread::yield_now();
    }
}

fn count_unguarded((counter, _, come, workers, times): Counting) {
    meet(&come, workers);
    for _ in 0..times {
        counter.set(counter.get() + 1);
    }
}

fn count_locked((counter, lock, come, workers, times): Counting) {
    meet(&come, workers);
    for _ in 0..times {
        let _guard = lock.lock();
        counter.set(counter.get() + 1);
    }
}

fn count_atomically((counter, _, come, workers, times): Counting) {
    meet(&come, workers);
    for _ in 0..times {
        counter.add(1);
    }
}
// ANCHOR_END: counter

type Counting = (SharedValue<u64>, Lock, SharedValue<u32>, u32, u32);
task!(count_unguarded);
task!(count_locked);
task!(count_atomically);

fn counter_table(part: &mut Part<'_>) -> Result<(), Stop> {
    let times: u32 = if part.quick() { 10_000 } else { 250_000 };
    let workers = 4;
    part.heading(&format!("The book's counter: {workers} processes add one, {times} times each"))?;
    let pool = pool(workers as usize)?;
    let mut rows = Vec::new();
    let mut count = |name: &str, function: &dyn Fn(Counting) -> Result<Duration, Error>| -> Result<(), Error> {
        let (counter, lock, come) = (SharedValue::new(0)?, Lock::new()?, SharedValue::new(0)?);
        let elapsed = function((counter.clone(), lock, come, workers, times))?;
        let (expected, found) = (u64::from(workers * times), counter.get());
        let each = elapsed.as_secs_f64() * 1e9 / expected as f64;
        let lost = 100.0 * (expected - found) as f64 / expected as f64;
        rows.push([name.to_owned(), grouped(expected), grouped(found), format!("{lost:.1} %"), format!("{each:.1}")]);
        Ok(())
    };
    macro_rules! timed {
        ($function:ident) => {
            &|counting: Counting| {
                let started = Instant::now();
                pool.map_chunks($function, vec![counting; workers as usize], 1)?;
                Ok(started.elapsed())
            }
        };
    }
    count("get, add, set", timed!(count_unguarded))?;
    count("the same under a lock", timed!(count_locked))?;
    count("one access that adds", timed!(count_atomically))?;
    pool.join()?;
    part.table("counter", &["how", "expected", "found", "lost", "ns an update"], &rows, &[0])?;
    Ok(())
}

/// What the sources say of their machines, beside this one.
fn theirs(part: &mut Part<'_>) -> Result<(), Failure> {
    let result = their_table(part);
    shown(part, result)
}

fn their_table(part: &mut Part<'_>) -> Result<(), Stop> {
    part.heading("Their numbers and these")?;
    let settings = part.settings();
    let budget = Budget { repeat: Some(2), ..part.budget() };
    let time = |problem: &str, step: &str| step_ms(problem, step, &part.request(problem), &settings, &budget);
    let [serial, pickled] = [time("mandelbrot", "chunks_serial")?, time("mandelbrot", "pool_pickled")?];
    let [whole, quadrants, bytes, shared] = [
        time("expression", "whole")?,
        time("expression", "pool_quadrants")?,
        time("expression", "pool_bytes")?,
        time("expression", "shared")?,
    ];
    let row = |source: &str, what: &str, theirs: f64, here: String| {
        [source.to_owned(), what.to_owned(), format!("{theirs:.2} x"), here]
    };
    let ratio = |ratio: f64| format!("{ratio:.2} x");
    let rows = [
        row(
            "the tutorial, chapter 3",
            "multi.py on two cores: 19 s instead of 30 s",
            19.0 / 30.0,
            ratio(pickled / serial),
        ),
        row("the talk", "quadrants through a pool, against NumPy", 6.0, ratio(quadrants / whole)),
        row("the talk", "the same, sent as bytes", 6.0, ratio(bytes / whole)),
        row("the talk", "in shared memory (not in the talk)", f64::NAN, ratio(shared / whole)),
    ];
    let rows = rows.map(|row| row.map(|cell| if cell.starts_with("NaN") { "-".to_owned() } else { cell }));
    part.table("theirs", &["source", "what", "their time, of one process", "here"], &rows, &[0, 1])?;
    Ok(())
}
