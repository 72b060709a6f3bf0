//! The book's shared counter: updates that are lost, then a lock, then an access that does it all.

use std::thread;
use std::time::Instant;

use multiprocess::{Error, Lock, Pool, SharedValue, task};
use runner::units::grouped;
use runner::{Failure, Part};

use super::workers::pool;

/// The processes that count.
const WORKERS: u32 = 4;

/// Lets processes add to one number, and shows how much of it is lost.
pub(crate) fn counter(part: &mut Part<'_>) -> Result<(), Failure> {
    let times: u32 = if part.quick() { 10_000 } else { 250_000 };
    part.section(&format!("The book's counter: {WORKERS} processes add one, {times} times each"), |part| {
        let pool = pool(WORKERS as usize)?;
        let rows = [
            row(&pool, "get, add, set", count_unguarded, times)?,
            row(&pool, "the same under a lock", count_locked, times)?,
            row(&pool, "one access that adds", count_atomically, times)?,
        ];
        pool.join()?;
        part.table("counter", &["how", "expected", "found", "lost", "ns an update"], &rows, &[0])?;
        if rows[0][1] == rows[0][2] {
            part.paragraph(
                "No update was lost this time, by luck: nothing keeps two processes from reading the same number.",
            )?;
        }
        Ok(())
    })
}

/// What comes of all processes counting so many times each.
fn row(pool: &Pool, how: &str, count: impl Fn(Counting) + Copy, times: u32) -> Result<[String; 5], Error> {
    let (counter, lock, come) = (SharedValue::new(0)?, Lock::new()?, SharedValue::new(0)?);
    let everybody = vec![(counter.clone(), lock, come, WORKERS, times); WORKERS as usize];
    let started = Instant::now();
    pool.map_chunks(count, everybody, 1)?;
    let elapsed = started.elapsed();
    let (expected, found) = (u64::from(WORKERS * times), counter.get());
    let each = elapsed.as_secs_f64() * 1e9 / expected as f64;
    let lost = 100.0 * (expected - found) as f64 / expected as f64;
    Ok([how.to_owned(), grouped(expected), grouped(found), format!("{lost:.1} %"), format!("{each:.1}")])
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

/// The counter, a lock for it, who has come, how many there will be, and how often each counts.
type Counting = (SharedValue<u64>, Lock, SharedValue<u32>, u32, u32);
task!(count_unguarded);
task!(count_locked);
task!(count_atomically);
