//! What it costs to start a thread, a process, a pool.

use std::process::{Command, Stdio};
use std::thread;

use multiprocess::{Error, Pool, Process, STALL_LIMIT};
use runner::units::{DASH, ms};
use runner::{Budget, Failure, Part, Timing, time_calls};

use super::python::python;
use super::workers::{nothing, pool};

/// Starts each of them and waits until it is ready or done.
pub(crate) fn starts(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("What it costs to start", |part| {
        let repeat = if part.quick() { 5 } else { 30 };
        let mut rows = alone(repeat)?.to_vec();
        for workers in [1, 2, 4] {
            rows.push(row(
                &format!("a pool of {workers}, until its workers are ready"),
                &pools(workers, repeat.min(10))?,
            ));
        }
        let methods: &[&str] = if part.quick() { &["fork"] } else { &["fork", "forkserver", "spawn"] };
        for method in methods {
            let [best, median] = match python(&["--start", method]) {
                Some(numbers) => numbers.map(|ms| format!("{ms:.1}")),
                None => [DASH, DASH].map(str::to_owned),
            };
            rows.push([format!("CPython's Pool(2), {method}, until a task is done"), best, median]);
        }
        Ok(part.table("starts", &["what", "best ms", "median ms"], &rows, &[0])?)
    })
}

fn row(what: &str, timing: &Timing) -> [String; 3] {
    [what.to_owned(), ms(timing.best()), ms(timing.median())]
}

/// A thread, a program and a process, each alone.
fn alone(repeat: usize) -> Result<[[String; 3]; 3], Error> {
    let budget = Budget::exactly(repeat);
    let thread = time_calls(&budget, || {
        let thread = thread::Builder::new().spawn(|| nothing(()));
        let thread = thread.map_err(|error| Error::Unavailable(format!("no thread: {error}; raise `ulimit -u`")))?;
        thread.join().map_err(|_| Error::System("a thread that does nothing panicked".to_owned()))
    })?;
    let program = time_calls(&budget, || {
        let status = Command::new("true").stdin(Stdio::null()).status();
        status.map(drop).map_err(|error| Error::Unavailable(format!("the program true: {error}")))
    })?;
    let process = time_calls(&budget, || Process::start(nothing, ())?.join_unless_stalled(STALL_LIMIT).map(drop))?;
    Ok([
        row("a thread, started and joined", &thread),
        row("another small program (true), spawned and waited for", &program),
        row("a process with a function, started and joined", &process),
    ])
}

/// Pools that are started while those before them still run, and end off the clock.
fn pools(workers: usize, repeat: usize) -> Result<Timing, Error> {
    let mut started = Vec::new();
    let timing = time_calls(&Budget::exactly(repeat), || pool(workers).map(|pool| started.push(pool)))?;
    started.into_iter().try_for_each(Pool::join)?;
    Ok(timing)
}
