//! The book's table of pi: one process, a task for each sample, and ten large tasks.

use std::hint::black_box;
use std::time::Duration;

use multiprocess::{Error, pi, task};
use runner::units::{DASH, grouped, ms, times};
use runner::{Failure, Part, best};

use super::workers::pool;

/// Measures what a task for each sample costs.
pub(crate) fn samples(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("The book's pi: what a task for each sample costs", |part| {
        let (samples, single) = if part.quick() { (100_000_u64, 500_u64) } else { (1_000_000, 20_000) };
        let [alone, crippled, chunked] = measured(part.settings().threads.get(), samples, single)?;
        let each = |time: Duration, samples: u64| time.as_secs_f64() * 1e9 / samples as f64;
        let first = each(alone, samples);
        let too_small = part.too_small("pi", &[("chunks", 10), ("samples", samples / 10)])?;
        let row = |name: &str, tasks: u64, samples: u64, time: Duration, book: f64| {
            let ns = each(time, samples);
            [
                name.to_owned(),
                grouped(tasks),
                grouped(samples),
                ms(time),
                format!("{ns:.2}"),
                if too_small { DASH.to_owned() } else { times(ns / first) },
                format!("{book:.3}"),
                times(book / 0.734),
            ]
        };
        let rows = [
            row("pi_serial", 1, samples, alone, 0.734),
            row("pi_apply_async", single, single, crippled, 96.989),
            row("pi_apply_async_chunked", 10, samples, chunked, 0.325),
        ];
        let header = ["program", "tasks", "samples", "ms", "ns a sample", "of serial", "the book's s", "of its serial"];
        part.table("samples", &header, &rows, &[0])?;
        Ok(part.paragraph(
            "One task for each sample is measured on fewer samples than the rest, since it would take long.",
        )?)
    })
}

/// The best times: of all samples in this process, of a single sample in each task, and of all samples in ten tasks.
fn measured(workers: usize, samples: u64, single: u64) -> Result<[Duration; 3], Error> {
    let pool = pool(workers)?;
    let tenth = samples / 10;
    let ((), alone) = best(3, || {
        (0..10).for_each(|seed| _ = black_box(chunk_of_samples((seed, tenth))));
        Ok::<_, Error>(())
    })?;
    let ((), crippled) = best(2, || {
        let results = (0..single).map(|index| pool.apply_async(pi::sample, (0, index)));
        let results = results.collect::<Result<Vec<_>, _>>()?;
        let mut hits = 0;
        for result in results {
            hits += result.get()?;
        }
        if hits == chunk_of_samples((0, single)) { Ok(()) } else { Err(Error::System("the hits are wrong".to_owned())) }
    })?;
    let (_, chunked) = best(3, || pool.map_chunks(chunk_of_samples, (0..10).map(|seed| (seed, tenth)), 1))?;
    pool.join()?;
    Ok([alone, crippled, chunked])
}

fn chunk_of_samples((seed, samples): (u64, u64)) -> u64 {
    (0..samples).map(|index| pi::sample((seed, index))).sum()
}
task!(chunk_of_samples);
