//! What eight megabytes cost on the way to a worker and back.

use multiprocess::{Error, FrozenArray, Numbers, Pool, SharedArray, task};
use runner::units::{grouped, ms};
use runner::{Budget, Failure, Part, time_calls};

use super::workers::pool;

/// Sends numbers to a worker and back in every way, from number by number to not at all.
pub(crate) fn copies(part: &mut Part<'_>) -> Result<(), Failure> {
    let length: u32 = if part.quick() { 100_000 } else { 1_000_000 };
    let bytes = grouped(8 * u64::from(length));
    part.section(&format!("What {bytes} bytes cost on the way to a worker and back"), |part| {
        let numbers: Vec<f64> = (0..length).map(f64::from).collect();
        let pool = pool(1)?;
        let rows = Journey { pool: &pool, numbers: &numbers, repeat: if part.quick() { 3 } else { 15 } }.all_ways()?;
        pool.join()?;
        let header = ["way", "bytes sent", "bytes back", "copies", "best ms", "median ms"];
        Ok(part.table("copies", &header, &rows, &[0])?)
    })
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

/// Numbers that a worker adds one to, and how often.
struct Journey<'a> {
    pool: &'a Pool,
    numbers: &'a [f64],
    repeat: usize,
}

impl Journey<'_> {
    fn all_ways(&self) -> Result<[[String; 6]; 5], Error> {
        let Self { pool, numbers, .. } = *self;
        let (mut array, mut back) = (SharedArray::<f64>::new(numbers.len())?, numbers.to_vec());
        let mut place = SharedArray::<f64>::of(numbers)?;
        let frozen = FrozenArray::of(numbers)?;
        Ok([
            self.row("Vec<f64>, number by number", 0, || check(&pool.apply(next_vec, numbers.to_vec())?, numbers))?,
            self.row("Numbers<f64>, as bytes", 1, || {
                check(&pool.apply(next_bytes, Numbers(numbers.to_vec()))?, numbers)
            })?,
            self.row("SharedArray<f64>, copied in and out", 2, || {
                array.copy_from_slice(numbers);
                pool.fill(&mut array, numbers.len(), next_in_place, &())?;
                back.copy_from_slice(&array);
                check(&back, numbers)
            })?,
            self.row("SharedArray<f64>, written in place", 0, || {
                let first = place[0];
                pool.fill(&mut place, numbers.len(), next_in_place, &())?;
                if place[0] == first + 1.0 { Ok(()) } else { Err(Error::System("the array is not written".to_owned())) }
            })?,
            self.row("FrozenArray<f64>, read", 0, || {
                let last = pool.apply(last_of, frozen.clone())?;
                if Some(&last) == numbers.last() {
                    Ok(())
                } else {
                    Err(Error::System("the array is not read".to_owned()))
                }
            })?,
        ])
    }

    /// Runs one way, which itself makes `own` copies of the numbers.
    fn row(&self, way: &str, own: u64, mut run: impl FnMut() -> Result<(), Error>) -> Result<[String; 6], Error> {
        run()?;
        let before = self.pool.traffic();
        let timing = time_calls(&Budget::exactly(self.repeat), run)?;
        let after = self.pool.traffic();
        let traffic = [after.sent - before.sent, after.received - before.received];
        let [sent, received] = traffic.map(|total| total / self.repeat as u64);
        let bytes = size_of_val(self.numbers) as u64;
        // A byte that is sent is written, taken in and given out by the kernel, and read: four copies.
        let copied = own + 4 * ((sent + bytes / 2) / bytes) + 4 * ((received + bytes / 2) / bytes);
        let (best, median) = (ms(timing.best()), ms(timing.median()));
        Ok([way.to_owned(), grouped(sent), grouped(received), copied.to_string(), best, median])
    }
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
