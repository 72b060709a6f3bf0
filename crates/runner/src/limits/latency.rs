//! How long a load takes whose address is the result of the load before: the latency of the cache in which the data lie.

use std::hint::black_box;
use std::time::Instant;

/// A place to go on from, alone in its cache line, as large as the lines of most processors.
#[repr(align(64))]
struct Line {
    next: usize,
}

/// Loads that follow each other in one measurement, and how often it is made: the shorter, the likelier that nobody disturbs it.
const LOADS: usize = 1 << 10;
const MEASUREMENTS: usize = 1 << 7;

/// The nanoseconds that a load takes when it waits for the one before, and all of them are spread over so many bytes in random order:
/// the best of many measurements.
pub fn latency(bytes: usize) -> f64 {
    let lines = chain((bytes / size_of::<Line>()).max(2));
    let mut place = 0;
    let mut run = |loads: usize| {
        let started = Instant::now();
        for _ in 0..loads {
            place = lines[place].next;
        }
        black_box(place);
        started.elapsed().as_nanos() as f64 / loads as f64
    };
    // The first brings the lines as near as they come.
    run(lines.len().min(1 << 22));
    (0..MEASUREMENTS).map(|_| run(LOADS)).fold(f64::INFINITY, f64::min)
}

/// Lines of which each names the next, once around through all of them in random order.
fn chain(lines: usize) -> Vec<Line> {
    let mut chain: Vec<_> = (0..lines).map(|next| Line { next }).collect();
    // A line is exchanged only with one before it, which makes one cycle of all of them (S. Sattolo, 1986). The random numbers are those
    // of D. Knuth's linear congruential generator; their upper half is used.
    let mut random = 1_u64;
    for last in (1..lines).rev() {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let before = (random >> 32) as usize % last;
        let next = chain[last].next;
        chain[last].next = std::mem::replace(&mut chain[before].next, next);
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_goes_through_every_line_once() {
        for lines in [2, 3, 1000] {
            let (chain, mut place, mut seen) = (chain(lines), 0, vec![false; lines]);
            for _ in 0..lines {
                assert!(!seen[place]);
                seen[place] = true;
                place = chain[place].next;
            }
            assert_eq!(place, 0);
        }
        assert_eq!(size_of::<Line>(), 64);
    }

    #[test]
    fn any_size_has_a_time() {
        assert!(latency(0).is_finite() && latency(1 << 20) > 0.0);
    }
}
