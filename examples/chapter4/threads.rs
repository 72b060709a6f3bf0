//! One program on two threads: under a lock that both need, and without it.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use interpreted::machine::{Engine, GlobalLock};
use interpreted::programs::PURE_PYTHON_2;
use runner::units::{DASH, times};
use runner::{Failure, Part, Stop};
use validation::parallel::refused;
use validation::{Mandelbrot, Problem, Settings, StepError};

use super::picture::{Picture, check, points};

/// The real and the imaginary part.
type Point = (f64, f64);

/// Runs the interpreter on one thread and on two, half of the rows each.
pub(crate) fn threads(part: &mut Part<'_>) -> Result<(), Failure> {
    let cores = Settings::default().threads.get();
    part.section(&format!("Two interpreters on two threads, on {cores} cores"), |part| {
        let input = part.input::<Mandelbrot>()?;
        let too_small = part.too_small(Mandelbrot::NAME, &Mandelbrot::sizes(&input))?;
        let points = points(&input);
        let halves: Vec<&[Point]> = points.chunks(points.len().div_ceil(2)).collect();
        let lock = GlobalLock::leaked();
        let ways = [
            ("one thread", vec![&points[..]], None),
            ("two threads, a lock each", halves.clone(), None),
            ("two threads, one lock", halves, Some(lock)),
        ];
        let mut rows = Vec::new();
        let mut alone = None;
        for (name, shares, lock) in ways {
            let (counts, time) = together(&shares, input.max_iterations, lock)?;
            check(part, &input, &counts)?;
            let alone = *alone.get_or_insert(time);
            let of_lock =
                |number: fn(&GlobalLock) -> u64| lock.map_or(DASH.to_owned(), |lock| number(lock).to_string());
            rows.push([
                name.to_owned(),
                format!("{:.0}", time.as_secs_f64() * 1e3),
                if too_small { DASH.to_owned() } else { times(alone.as_secs_f64() / time.as_secs_f64()) },
                of_lock(GlobalLock::turns),
                of_lock(GlobalLock::most_at_once),
            ]);
        }
        let header = ["way", "ms", "speedup", "the lock was taken", "executed at once, at most"];
        Ok::<_, Stop>(part.table("threads", &header, &rows, &[0])?)
    })
}

/// Computes each share on a thread of its own, with an interpreter of its own: the counts of all, and the time from the moment at
/// which all are ready.
fn together(
    shares: &[&[Point]],
    max_iterations: u32,
    lock: Option<&'static GlobalLock>,
) -> Result<(Vec<u32>, Duration), StepError> {
    thread::scope(|scope| {
        let (ready, is_ready) = mpsc::channel();
        let (mut starts, mut running) = (Vec::new(), Vec::new());
        for &share in shares {
            let (start, begin) = mpsc::channel::<()>();
            let ready = ready.clone();
            let run = move || {
                // An interpreter stays on the thread on which it was made.
                let mut picture = Picture::new(PURE_PYTHON_2, Engine::Interpreted, share, max_iterations)?;
                lock.inspect(|lock| picture.interpreter.share(lock));
                // Who gets no answer is not needed any more: another thread could not be started.
                match ready.send(()).is_ok() && begin.recv().is_ok() {
                    true => picture.run().map(|(counts, _)| counts),
                    false => Ok(Vec::new()),
                }
            };
            let spawned = thread::Builder::new().spawn_scoped(scope, run);
            running.push(spawned.map_err(|error| refused(shares.len(), &error))?);
            starts.push(start);
        }
        drop(ready);
        is_ready.iter().take(shares.len()).for_each(drop);
        let begun = Instant::now();
        // A thread that has failed already says why when it is joined.
        starts.iter().for_each(|start| _ = start.send(()));
        let mut counts = Vec::new();
        for thread in running {
            let share = thread.join().map_err(|_| StepError::Failed("a thread has panicked".to_owned()))?;
            counts.extend(share?);
        }
        Ok((counts, begun.elapsed()))
    })
}
