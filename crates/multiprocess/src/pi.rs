//! The pi ladder of processes: tasks that are large enough.

use rand_core::SeedableRng;
use rand_xoshiro::SplitMix64;
use validation::pi::{Input, Output};
use validation::random::next;
use validation::{Expected, Pi, Ready, Settings, Step, step};

use crate::prepared::pooled;
use crate::task;

// ANCHOR: serial
/// One process draws all samples.
///
/// Mirrors `pi_serial` of the book's chapter 4. Look at the seeds: each chunk has a stream of its own, so that it does not matter which
/// process draws it, or when.
pub fn serial(input: &Input, hits: &mut Output) {
    fn sample_multiple((seed, samples): (u64, usize)) -> u64 {
        let mut stream = SplitMix64::seed_from_u64(seed);
        let mut hits = 0;
        for _ in 0..samples {
            let x = next(&mut stream) * 2.0 - 1.0;
            let y = next(&mut stream) * 2.0 - 1.0;
            hits += u64::from(x * x + y * y <= 1.0);
        }
        hits
    }
    for (seed, hits) in hits.iter_mut().enumerate() {
        *hits = sample_multiple((seed as u64, input.samples));
    }
}
// ANCHOR_END: serial

// ANCHOR: apply_async
/// A task for each chunk, submitted one by one, and then the results.
///
/// Mirrors `pi_apply_async_chunked`. Look at the size of a task: a chunk's samples take a hundred times as long as its journey. The book's
/// first version has one sample in a task, and then it is the other way round.
pub fn apply_async(_: &Input, settings: &Settings) -> Ready<Pi> {
    fn sample_multiple((seed, samples): (u64, usize)) -> u64 {
        let mut stream = SplitMix64::seed_from_u64(seed);
        let mut hits = 0;
        for _ in 0..samples {
            let x = next(&mut stream) * 2.0 - 1.0;
            let y = next(&mut stream) * 2.0 - 1.0;
            hits += u64::from(x * x + y * y <= 1.0);
        }
        hits
    }
    task!(sample_multiple);
    pooled::<Pi>(settings, |pool, input, hits| {
        let seeds = 0..input.chunks as u64;
        let results = seeds.map(|seed| pool.apply_async(sample_multiple, (seed, input.samples)));
        for (hits, result) in hits.iter_mut().zip(results.collect::<Result<Vec<_>, _>>()?) {
            *hits = result.get()?;
        }
        Ok(())
    })
}
// ANCHOR_END: apply_async

// ANCHOR: map
/// The pool puts several chunks into a task.
///
/// Mirrors `pool.map`, which cuts its inputs into four tasks for each worker. Look at the difference to `apply_async`: it is that of the
/// messages, and with tasks of this size there is none.
pub fn map(_: &Input, settings: &Settings) -> Ready<Pi> {
    fn sample_multiple((seed, samples): (u64, usize)) -> u64 {
        let mut stream = SplitMix64::seed_from_u64(seed);
        let mut hits = 0;
        for _ in 0..samples {
            let x = next(&mut stream) * 2.0 - 1.0;
            let y = next(&mut stream) * 2.0 - 1.0;
            hits += u64::from(x * x + y * y <= 1.0);
        }
        hits
    }
    task!(sample_multiple);
    pooled::<Pi>(settings, |pool, input, hits| {
        let seeds = 0..input.chunks as u64;
        hits.copy_from_slice(&pool.map(sample_multiple, seeds.map(|seed| (seed, input.samples)))?);
        Ok(())
    })
}
// ANCHOR_END: map

// ANCHOR: sample
/// One sample, the way the book's first version sends it: 1 for a hit, 0 for a miss.
///
/// A stream's state grows by the same amount with each draw, so that the sample can be found without those before it.
pub fn sample((seed, index): (u64, u64)) -> u64 {
    const EACH: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut stream = SplitMix64::seed_from_u64(seed.wrapping_add(EACH.wrapping_mul(2 * index)));
    let x = next(&mut stream) * 2.0 - 1.0;
    let y = next(&mut stream) * 2.0 - 1.0;
    u64::from(x * x + y * y <= 1.0)
}
task!(sample);
// ANCHOR_END: sample

/// The steps, in order.
pub const STEPS: &[Step<Pi>] = &[
    step!(serial, "pi_serial", "one process"),
    step!(prepared apply_async, "pi_apply_async_chunked", "a task for each chunk")
        .lesson(Expected::Faster)
        .temporaries(|input| 200 * input.chunks as u64),
    step!(prepared map, "the book's Pool.map", "several chunks in a task")
        .temporaries(|input| 64 * input.chunks as u64),
];

#[cfg(test)]
mod tests {
    use validation::{Problem, pi::Sizes};

    use super::*;

    #[test]
    fn single_samples_add_up_to_the_chunk() {
        let input = Pi::input(&Sizes { chunks: 3, samples: 1001 }).unwrap();
        let mut hits = Pi::output(&input);
        serial(&input, &mut hits);
        for (seed, hits) in hits.into_iter().enumerate() {
            assert_eq!((0..1001).map(|index| sample((seed as u64, index))).sum::<u64>(), hits);
        }
    }
}
