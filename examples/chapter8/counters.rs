//! One number that all threads add to, in each way.

use std::hint::black_box;
use std::io;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};

use runner::{Failure, Part, best};
use threaded::counters::{Atomic, Counter, Locked, Padded, Racy, Sharded};
use threaded::start::together;
use validation::parallel::refused;

/// Lets all threads add, and shows what each way costs and what is lost.
pub(crate) fn counters(part: &mut Part<'_>) -> Result<(), Failure> {
    let threads = part.settings().threads.get().max(2);
    let times: u64 = if part.quick() { 200_000 } else { 1_000_000 };
    let all = times * threads as u64;
    part.section(&format!("{threads} threads add 1, {times} times each: {all}"), |part| {
        let rows = rows(threads, times).map_err(|error| refused(threads, &error))?;
        part.table("counters", &["way", "ns for each addition", "total", "lost"], &rows, &[0])?;
        if rows[0][2] == all.to_string() {
            part.paragraph(
                "The race lost no addition this time, by luck: nothing keeps two threads from reading the same number.",
            )?;
        }
        Ok(part.paragraph(
            "Time on the clock over the additions of one thread: one thread alone would need as long for as many.",
        )?)
    })
}

fn rows(threads: usize, times: u64) -> io::Result<[[String; 4]; 6]> {
    let row = |name: &str, count: &dyn Fn() -> io::Result<u64>| added(name, threads, times, count);
    Ok([
        row("load, add, store (a race)", &|| counted(threads, times, &Racy::new()))?,
        row("a lock", &|| counted(threads, times, &Locked::new()))?,
        row("an atomic addition", &|| counted(threads, times, &Atomic::new()))?,
        row("a counter each, side by side", &|| counted(threads, times, &Sharded::new(threads)))?,
        row("a counter each, a cache line apart", &|| counted(threads, times, &Padded::new(threads)))?,
        row("a local variable each, added at the end", &|| reduced(threads, times))?,
    ])
}

/// The row of one way to count: the best time of five runs, and the smallest total.
fn added(name: &str, threads: usize, times: u64, count: &dyn Fn() -> io::Result<u64>) -> io::Result<[String; 4]> {
    let all = times * threads as u64;
    let mut total = all;
    let ((), best) = best(5, || {
        total = total.min(count()?);
        io::Result::Ok(())
    })?;
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
