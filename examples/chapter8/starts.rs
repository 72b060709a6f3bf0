//! What it costs to start a thread, to wake one, and to meet at a barrier.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder};
use std::time::Duration;
use std::{hint, io};

use runner::units::us;
use runner::{Budget, Failure, Part, time_calls};
use threaded::pool::Pool;
use threaded::prange::{Schedule, prange};
use threaded::start::together;
use validation::parallel::refused;

/// Starts, wakes and gathers threads that do nothing.
pub(crate) fn starts(part: &mut Part<'_>) -> Result<(), Failure> {
    let threads = part.settings().threads.get().max(2);
    let (rounds, budget) = if part.quick() {
        (20, Budget { runs: 20, ..Budget::quick() })
    } else {
        (300, Budget { runs: 300, time: Duration::from_millis(300), ..Budget::default() })
    };
    part.section(&format!("The price of {threads} threads that do nothing"), |part| {
        let rows = prices(threads, rounds, &budget).map_err(|error| refused(threads, &error))?;
        Ok(part.table("starts", &["what", "best us", "median us"], &rows, &[0])?)
    })
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
    let row = |name: &str, way: &dyn Fn() -> io::Result<()>, times: u32| {
        let timing = time_calls(budget, way)?;
        io::Result::Ok([name.to_owned(), us(timing.best() / times), us(timing.median() / times)])
    };
    let mut rows = ways.into_iter().map(|(name, way)| row(name, way, 1)).collect::<io::Result<Vec<_>>>()?;
    let barrier = Barrier::new(threads);
    let meeting = || together((0..threads).map(|_| || (0..rounds).for_each(|_| _ = barrier.wait())));
    rows.push(row("meet at a barrier, once", &meeting, rounds)?);
    Ok(rows)
}

/// Waits for the others without going to sleep, so that no thread does the job of two.
fn meet(there: &AtomicUsize, threads: usize) {
    there.fetch_add(1, Ordering::Relaxed);
    while there.load(Ordering::Relaxed) < threads {
        hint::spin_loop();
    }
}
