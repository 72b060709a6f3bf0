//! One step under a profiler. The same file is part of the small program that `cargo course profile` writes.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use profiling::functions::{self, Column, FlameGraphError, Recursion, SquareMapOptions};
use profiling::lines::SecondsByLine;
use profiling::{Samples, lines, memory, sample};
use runner::files::write_atomically;
use runner::{Failure, Screen, TimingArgs};
use validation::{Ladder, Session, SharedInput, StepError};

/// What to find out about a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Which functions it calls how often, and how long they take.
    Functions,
    /// How often each line runs, and how long it takes.
    Lines,
    /// What each line does to the heap.
    Memory,
    /// Where the time goes, with nothing added to the step.
    Sample,
}

/// The attributes that `cargo course profile` puts before a function of its copy.
const FUNCTIONS: &str = "#[::profiling::profile] ";
const LINES: &str = "#[::profiling::line_profile] ";
const MEMORY: &str = "#[::profiling::memory_profile] ";

impl What {
    /// The attribute that goes before a function for it, with a space behind it.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Functions => FUNCTIONS,
            Self::Lines => LINES,
            Self::Memory => MEMORY,
            Self::Sample => "",
        }
    }
}

/// What is written: the ends of the names of files.
const CALLGRIND: &str = "callgrind.out";
const FLAME_GRAPH: &str = "flame-graph.svg";
const SQUARE_MAP: &str = "square-map.svg";
const HEAP: &str = "memory.svg";
const SAMPLED: &str = "sampled.svg";

/// The files that a profile writes.
#[allow(dead_code, reason = "the small program need not know: its files have been looked at before it is built")]
pub(crate) fn files(what: What, stem: &str) -> Vec<PathBuf> {
    let endings: &[&str] = match what {
        What::Functions => &[CALLGRIND, FLAME_GRAPH, SQUARE_MAP],
        What::Lines => &[],
        What::Memory => &[HEAP],
        What::Sample => &[SAMPLED],
    };
    endings.iter().map(|ending| file(stem, ending)).collect()
}

fn file(stem: &str, ending: &str) -> PathBuf {
    PathBuf::from(format!("{stem}-{ending}"))
}

/// How long a step is repeated while it is sampled.
const LONG_ENOUGH: Duration = Duration::from_millis(1500);

/// Runs a step under a profiler and shows what was found. Pictures and files begin with `stem`.
pub(crate) fn profile(
    ladder: &dyn Ladder,
    step: usize,
    input: &SharedInput,
    timing: &TimingArgs,
    what: What,
    stem: &str,
) -> Result<(), Failure> {
    let path = ladder.steps()[step].path();
    // What a step prepares is counted with it.
    functions::reset();
    lines::reset();
    memory::reset();
    let mut session = ladder.start(step, input, &timing.settings()).map_err(|error| failed(&path, &error))?;
    session.poison();
    let mut written = Vec::new();
    match what {
        What::Functions => functions(&mut *session, &path, timing.repeat, stem, &mut written)?,
        What::Lines => lines(&mut *session, &path, timing.repeat)?,
        What::Memory => memory(&mut *session, &path, stem, &mut written)?,
        What::Sample => {
            let (samples, runs) = sampled(&mut *session, &path, timing.repeat)?;
            Screen.line(format!("{path}, {}\n", times(runs)))?;
            Screen.line(samples.to_string().trim_end())?;
            written.extend(flame_graph(&samples, &path, stem)?);
        }
    }
    let verified = session.verify();
    let sum = session.validation_sum();
    session.finish().map_err(|error| failed(&path, &error))?;
    for path in &written {
        Screen.line(format!("written: {}", runner::output::shown(path)))?;
    }
    match verified {
        Ok(_) => Screen.line(format!("validation sum {sum}")),
        Err(mismatch) => {
            Screen.line(format!("{path} gives a WRONG answer: {mismatch}"))?;
            Err(Failure::Wrong)
        }
    }
}

fn failed(path: &str, error: &StepError) -> Failure {
    Failure::Io(format!("{path} is {error}"))
}

fn times(runs: usize) -> String {
    if runs == 1 { "run once".to_owned() } else { format!("run {runs} times") }
}

fn run(session: &mut dyn Session, path: &str) -> Result<(), Failure> {
    session.run().map_err(|error| failed(path, &error))
}

/// Samples as many runs as are asked for, or as it takes to see enough.
fn sampled(session: &mut dyn Session, path: &str, repeat: Option<usize>) -> Result<(Samples, usize), Failure> {
    let began = Instant::now();
    let mut runs = 0;
    let sampled = sample(|| {
        while repeat.map_or(runs == 0 || began.elapsed() < LONG_ENOUGH, |repeat| runs < repeat) {
            run(session, path)?;
            runs += 1;
        }
        Ok::<_, Failure>(())
    });
    let sampled = sampled.map_err(|error| Failure::Io(error.to_string()))?;
    sampled.value?;
    Ok((sampled.samples, runs))
}

/// The calls are those of one run, the times the mean of many.
fn functions(
    session: &mut dyn Session,
    path: &str,
    repeat: Option<usize>,
    stem: &str,
    written: &mut Vec<PathBuf>,
) -> Result<(), Failure> {
    // What a step prepares is counted with the run.
    run(session, path)?;
    let (samples, runs) = functions::uncounted(|| sampled(session, path, repeat))?;
    let profile = functions::take_with_samples(&samples, runs as u64);
    Screen.line(format!("{path}: {} calls of one run; times sampled, {}\n", profile.calls(), times(runs)))?;
    Screen.line(profile.table().sort(Column::TotTime).top(25).to_string().trim_end())?;
    Screen.line(format!("\n{}", profile.callees().sort(Column::TotTime).top(25).to_string().trim_end()))?;
    let mut files = vec![(CALLGRIND, profile.callgrind())];
    match profile.flame_graph(path, Recursion::Kept) {
        Ok(flame_graph) => files.push((FLAME_GRAPH, flame_graph)),
        Err(FlameGraphError::Empty) => Screen.line("no flame graph: no function was met by a sample")?,
        Err(error) => return Err(Failure::Io(error.to_string())),
    }
    let square_map = profile.square_map(&SquareMapOptions { title: path.to_owned(), ..SquareMapOptions::default() });
    files.push((SQUARE_MAP, square_map));
    for (ending, text) in files {
        let file = file(stem, ending);
        write_atomically(&file, text.as_bytes()).map_err(|error| Failure::Io(error.to_string()))?;
        written.push(file);
    }
    Ok(())
}

/// The hits are those of one run, the times the mean of many.
fn lines(session: &mut dyn Session, path: &str, repeat: Option<usize>) -> Result<(), Failure> {
    run(session, path)?;
    let mut hits = lines::take().that_ran();
    for line in hits.functions.iter_mut().flat_map(|function| &mut function.lines) {
        line.text = without_attribute(&line.text);
    }
    let (samples, runs) = sampled(session, path, repeat)?;
    Screen.line(format!("{path}: hits of one run; times sampled, {}\n", times(runs)))?;
    if let Some(unavailable) = samples.unavailable() {
        Screen.line(unavailable)?;
        return Screen.line(hits.to_string().trim_end());
    }
    let mut times = SecondsByLine::new();
    for function in &hits.functions {
        let last = function.lines.last().map_or(function.line, |line| line.number);
        for (line, seconds) in samples.attribute_to(&function.file, function.line..=last).innermost {
            times.add(&function.file, line, seconds / runs as f64);
        }
    }
    Screen.line(hits.with_times(&times).to_string().trim_end())
}

/// A source line as it was before it was copied.
fn without_attribute(text: &str) -> String {
    text.replace(LINES, "").replace(MEMORY, "")
}

fn memory(session: &mut dyn Session, path: &str, stem: &str, written: &mut Vec<PathBuf>) -> Result<(), Failure> {
    run(session, path)?;
    Screen.line(format!("{path}, run once\n"))?;
    let mut lines = memory::take();
    for (_, text, _) in lines.functions.iter_mut().flat_map(|function| &mut function.lines) {
        *text = without_attribute(text);
    }
    Screen.line(lines.to_string().trim_end())?;
    // The thread that looks on has a heap of its own, so the lines are not counted meanwhile.
    let (ran, recording) = memory::record(Duration::from_micros(100), || run(session, path));
    ran?;
    let file = file(stem, HEAP);
    write_atomically(&file, recording.to_svg().as_bytes()).map_err(|error| Failure::Io(error.to_string()))?;
    written.push(file);
    Ok(())
}

fn flame_graph(samples: &Samples, path: &str, stem: &str) -> Result<Option<PathBuf>, Failure> {
    if samples.total() == 0 {
        return Ok(None);
    }
    let mut svg = Vec::new();
    samples.flame_graph(path, &mut svg).map_err(|error| Failure::io("cannot draw a flame graph", &error))?;
    let file = file(stem, SAMPLED);
    write_atomically(&file, &svg).map_err(|error| Failure::Io(error.to_string()))?;
    Ok(Some(file))
}
