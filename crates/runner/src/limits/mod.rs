//! What the hardware allows, measured on the machine at hand.
//!
//! The time of a step says little by itself: 130 ms may be as fast as the machine goes or a tenth of it. A *limit* is the time
//! below which no program that does the same [`Work`] can get on this machine, with these instructions and as many threads. It is
//! the larger of two times:
//!
//! - *compute*: the additions, multiplications, divisions and so on of the problem, in the same proportions, as the widest vector
//!   instructions that the CPU has. None waits for the result of another, and all operands are in registers. What remains is the
//!   number of ports that can run each instruction.
//! - *memory*: as many bytes read and written as the problem must, by loops that do nothing else, in buffers of the same size, so
//!   that caches help as much as they can. Stores that go past the caches are tried too; the faster counts.
//!
//! Computing and moving can go on at the same time, so the limit is the larger of both and not the sum. A real step is slower: its
//! operations wait for each other, it loads and stores what does not fit the registers, compares, and jumps.
//!
//! The best of many short repetitions counts, because other users of a shared machine only ever make a repetition slower. Still, a
//! clock that changes between both measurements can bring a step a few percent above its limit, and with other programs on all
//! CPUs there may be no moment at which all threads run: limits are for an idle machine.
//!
//! Sources: S. Williams, A. Waterman, D. Patterson, *Roofline: an insightful visual performance model*, CACM 52 (2009); A. Fog,
//! *Instruction tables* (what each instruction should take); J. McCalpin, *STREAM* (how bandwidth is counted).

#[cfg(target_arch = "aarch64")]
mod aarch64;
mod latency;
mod mix;
#[cfg(any(test, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod portable;
mod sets;
mod team;
mod traffic;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use validation::{Work, memory};

use crate::machine;

#[cfg(target_arch = "aarch64")]
use aarch64 as processor;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use portable as processor;
#[cfg(target_arch = "x86_64")]
use x86_64 as processor;

pub use latency::latency;
use mix::{BODIES, CLASSES, COUNTED, Mix};
use sets::InstructionSet;
use traffic::Streams;

/// No step is nearer to its limit than this, in percent: a few percent are the error of the limit, and more than that is a measurement
/// that has failed.
pub const BELIEVABLE: f64 = 105.0;
/// How much faster than a wider set a narrower one must be to be preferred; less is noise.
const NOTABLY: f64 = 1.03;
/// How long the operations of some work are measured, all instruction sets together.
const COMPUTE_BUDGET: Duration = Duration::from_millis(80);
/// How long each kind of store moves memory.
const MEMORY_BUDGET: Duration = Duration::from_millis(40);
/// Bytes beyond which a memory time is extrapolated, unless a quarter of them fits the caches: touching more pages takes longer than
/// measuring.
const LARGEST: u64 = 128 << 20;

/// What the hardware allows for some work.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// The shortest time of the operations, in milliseconds; 0 if there are none.
    pub compute_ms: f64,
    /// The shortest time of the reads and writes, in milliseconds; 0 if there are none.
    pub memory_ms: f64,
    /// The instructions that computed fastest: `AVX-512`, `AVX2`, `SSE2`, `NEON`, or `portable` for plain loops, which are no
    /// proven limit.
    pub instructions: &'static str,
    /// The threads measured: as many as asked for, but no more than this process has CPUs.
    pub threads: usize,
}

/// Which of its two times a limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// The operations take longer.
    Compute,
    /// The reads and writes take longer.
    Memory,
}

impl Limit {
    /// The limit in milliseconds: the larger of the two times, as they can overlap.
    pub fn ms(&self) -> f64 {
        self.compute_ms.max(self.memory_ms)
    }

    /// The shorter of both times of two measurements of the same work; the threads are those of this one.
    fn shorter(self, other: Self) -> Self {
        let instructions = if other.compute_ms < self.compute_ms { other.instructions } else { self.instructions };
        let (compute_ms, memory_ms) = (self.compute_ms.min(other.compute_ms), self.memory_ms.min(other.memory_ms));
        Self { compute_ms, memory_ms, instructions, ..self }
    }

    /// What the limit comes from.
    pub fn bound(&self) -> Bound {
        if self.compute_ms >= self.memory_ms { Bound::Compute } else { Bound::Memory }
    }
}

/// Measures the limit of `work` on `threads` threads: 0.4 s at most, once in a process for each mix of operations, number of bytes
/// and threads. (Where a hypervisor has yet to find the memory for the buffers, the first call takes longer.)
///
/// The mixes of the five problems are measured as they are. For any other, each kind of operation is measured by itself and the
/// slowest of them is taken for the whole, as if the others went on beside it: too fast rather than too slow.
///
/// Integer products are 64 bits wide. Where the vectors have no such instruction, they are built from smaller products (AVX2) or
/// done in ordinary registers (AVX2, SSE2, NEON), whichever is faster. A CPU that has AVX but not AVX2 is measured with SSE2, one
/// that has SVE with NEON.
///
/// If a problem reads less than an eighth of what it writes, one stream is written; otherwise two streams are read and one is
/// written. Buffers larger than 128 MiB and four times the caches are not made: the time of such a problem is extrapolated.
///
/// The limit of several threads is never above that of one, nor of any fewer that have been measured for the same work: whoever has
/// several can leave some alone.
///
/// `None` if there is nothing to do, if there is not enough memory for the buffers, or if the system refuses a thread.
///
/// ```
/// use runner::limits::limit;
/// use validation::{Mandelbrot, Problem, Work, mandelbrot};
///
/// let sizes = mandelbrot::Sizes { width: 50, height: 50, max_iterations: 30 };
/// let work = Mandelbrot::work(&Mandelbrot::input(&sizes)?);
/// let limit = limit(&work, 1).expect("there is work, and a little memory");
/// println!("{:.3} ms with {}", limit.ms(), limit.instructions);
///
/// assert_eq!(runner::limits::limit(&Work::default(), 1), None);
/// # Ok::<(), validation::InputError>(())
/// ```
pub fn limit(work: &Work, threads: usize) -> Option<Limit> {
    Bench::lock().limit(work, usable(threads))
}

/// Measures a limit once more, with new buffers, and keeps the shorter of both times: for work that was done in less time than the
/// first measurement allows, which has failed then.
pub(crate) fn measured_again(work: &Work, threads: usize) -> Option<Limit> {
    let (mut bench, threads) = (Bench::lock(), usable(threads));
    let first = bench.limit(work, threads)?;
    bench.rates.clear();
    bench.flows.clear();
    bench.known.retain(|(known, ..)| known != work);
    let shorter = bench.limit(work, threads)?.shorter(first);
    bench.known.push((*work, threads, shorter));
    Some(shorter)
}

/// The bytes of two equal streams read, together, and of one written.
fn moved(work: &Work) -> (u64, u64) {
    if work.bytes_read < work.bytes_written.div_ceil(8) {
        (0, work.bytes_written)
    } else {
        (work.bytes_read, work.bytes_written)
    }
}

/// More threads than CPUs would only take turns.
fn usable(threads: usize) -> usize {
    threads.clamp(1, thread::available_parallelism().map_or(1, NonZero::get))
}

/// What the machine can do, by itself: the rows of `course machine`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Throughput {
    /// The widest instructions of this CPU: `AVX-512`, `AVX2`, `SSE2`, `NEON` or `portable`.
    pub instructions: &'static str,
    /// The threads measured: as many as asked for, but no more than this process has CPUs.
    pub threads: usize,
    /// The clock under load, in GHz, from a chain of dependent integer additions of one cycle each; `None` where no such loop is
    /// known.
    pub clock_ghz: Option<f64>,
    /// How fast each kind of operation goes.
    pub operations: Vec<Operation>,
    /// How fast memory moves, from the smallest cache to main memory.
    pub bandwidths: Vec<Bandwidth>,
}

/// How fast one kind of operation goes on vectors of doubles or of 64-bit integers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Operation {
    /// What it does.
    pub name: &'static str,
    /// The instructions that did it fastest.
    pub instructions: &'static str,
    /// Elements in 10^9 per second, on all threads together. A fused multiply-add counts once.
    pub giga_per_second: f64,
    /// Elements in a clock cycle on one thread; `None` if the clock is not known.
    pub per_cycle: Option<f64>,
}

/// How fast memory moves, in GB/s (10^9 bytes per second, on all threads together). Bytes are counted as the program moves them:
/// what a cache reads by itself before a line is overwritten is not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bandwidth {
    /// `L1`, `L2`, `L3` or `memory`.
    pub level: String,
    /// The bytes of all buffers of all threads.
    pub bytes: u64,
    /// Two streams read.
    pub read: f64,
    /// One stream written.
    pub written: f64,
    /// One stream written past the caches; `None` without such stores.
    pub streamed: Option<f64>,
    /// Two streams read and one written, by the faster kind of store.
    pub read_and_written: f64,
}

/// Measures every kind of operation and every cache on `threads` threads, or on one if the system refuses another. Takes one or two
/// seconds.
///
/// The buffers fill half of a cache, divided among the threads that share it; in main memory they are four times the last cache,
/// and 128 MiB at least. Levels whose size the system does not tell are left out, and main memory if there is too little of it.
pub fn machine_limits(threads: usize) -> Throughput {
    let threads = usable(threads);
    let mut bench = Bench::lock();
    let clock_ghz = clock_ghz();
    let classes: Vec<usize> = (0..CLASSES).filter(|&class| !bench.candidates(class).is_empty()).collect();
    let (threads, rates) = match bench.body_rates(&classes, threads, 4 * COMPUTE_BUDGET) {
        Some(rates) => (threads, rates),
        None => (1, bench.body_rates(&classes, 1, 4 * COMPUTE_BUDGET).expect("the calling thread is there")),
    };
    let operations = classes.iter().zip(rates).map(|(&class, (rate, set))| Operation {
        name: BODIES[class].name,
        instructions: bench.sets[set].name,
        giga_per_second: 1e-9 * rate,
        per_cycle: clock_ghz.map(|clock| 1e-9 * rate / clock / threads as f64),
    });
    let operations = operations.collect();
    let levels = levels(threads).into_iter();
    let bandwidths = levels.filter_map(|(level, bytes)| bench.bandwidth(level, bytes, threads)).collect();
    Throughput { instructions: bench.sets[0].name, threads, clock_ghz, operations, bandwidths }
}

/// The names of the caches and of main memory, and the bytes to move for each.
fn levels(threads: usize) -> Vec<(String, u64)> {
    let mut levels: Vec<(String, u64)> = Vec::new();
    for cache in machine::caches().into_iter().filter(|cache| cache.kind != machine::CacheKind::Instruction) {
        levels.push((format!("L{}", cache.level), cache.bytes / 2 * instances(&cache, threads)));
    }
    levels.push(("memory".to_owned(), largest(threads)));
    levels
}

/// How many such caches `threads` threads can have, if they spread.
fn instances(cache: &machine::Cache, threads: usize) -> u64 {
    let cpus = thread::available_parallelism().map_or(1, NonZero::get);
    threads.min(cpus.div_ceil(cache.shared_by.max(1))) as u64
}

/// Bytes enough to have most of them in main memory.
fn largest(threads: usize) -> u64 {
    let caches = machine::caches().into_iter().map(|cache| cache.bytes * instances(&cache, threads));
    LARGEST.max(4 * caches.max().unwrap_or(0))
}

/// Cycles per nanosecond, the best of a few attempts.
fn clock_ghz() -> Option<f64> {
    const ROUNDS: u64 = 10_000;
    let attempt = || {
        let start = Instant::now();
        let additions = processor::dependent_additions(ROUNDS)?;
        Some(additions as f64 / start.elapsed().as_nanos().max(1) as f64)
    };
    (0..50).filter_map(|_| attempt()).max_by(f64::total_cmp)
}

/// The instruction sets, and what has been measured in this process. One measurement at a time: two would spoil each other.
#[derive(Debug)]
struct Bench {
    sets: Vec<InstructionSet>,
    /// By body and threads: units per second, and the position of the fastest set.
    rates: HashMap<(usize, usize), (f64, usize)>,
    /// By shape and threads.
    flows: HashMap<(Shape, usize), Flow>,
    /// The limits of work on so many threads.
    known: Vec<(Work, usize, Limit)>,
}

/// Doubles that one thread reads from each of two streams, and doubles that it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Shape {
    reads: usize,
    writes: usize,
}

impl Shape {
    /// The share of one of `threads` threads in so many bytes. Rounded up: there is always something to move.
    fn share(read: u64, written: u64, threads: usize) -> Self {
        let doubles = |bytes: u64, streams: u64| usize::try_from(bytes.div_ceil(8 * streams * threads as u64));
        Self { reads: doubles(read, 2).unwrap_or(usize::MAX), writes: doubles(written, 1).unwrap_or(usize::MAX) }
    }

    fn bytes(self) -> u64 {
        (self.reads as u64).saturating_mul(16).saturating_add((self.writes as u64).saturating_mul(8))
    }
}

/// Bytes per second of all threads.
#[derive(Clone, Copy, Debug)]
struct Flow {
    ordinary: f64,
    streaming: Option<f64>,
}

impl Flow {
    fn fastest(self) -> f64 {
        self.ordinary.max(self.streaming.unwrap_or(0.0))
    }
}

impl Bench {
    fn lock() -> MutexGuard<'static, Self> {
        static BENCH: LazyLock<Mutex<Bench>> = LazyLock::new(|| {
            let (rates, flows, known) = Default::default();
            Mutex::new(Bench { sets: available(), rates, flows, known })
        });
        BENCH.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The limit of some work on so many threads: measured, or that of fewer if it is shorter.
    fn limit(&mut self, work: &Work, threads: usize) -> Option<Limit> {
        if let Some((.., limit)) = self.known.iter().rfind(|known| (known.0, known.1) == (*work, threads)) {
            return Some(*limit);
        }
        if threads > 1 {
            self.limit(work, 1)?;
        }
        let own = self.measured(work, threads)?;
        let fewer = self.known.iter().filter(|(known, of, _)| known == work && *of < threads);
        let limit = fewer.fold(own, |limit, &(.., fewer)| limit.shorter(fewer));
        self.known.push((*work, threads, limit));
        Some(limit)
    }

    fn measured(&mut self, work: &Work, threads: usize) -> Option<Limit> {
        let mix = Mix::of(work);
        let (read, written) = moved(work);
        if mix.is_none() && read + written == 0 {
            return None;
        }
        let memory_ms = self.traffic_ms(read, written, threads)?;
        let (seconds, set) = match mix {
            Some((mix, units)) => {
                let (rate, set) = self.mix_rate(mix, threads)?;
                (units as f64 / rate, set)
            }
            None => (0.0, 0),
        };
        Some(Limit { compute_ms: 1e3 * seconds, memory_ms, instructions: self.sets[set].name, threads })
    }

    /// Units of a mix per second, and the position of the set that does them.
    fn mix_rate(&mut self, mix: Mix, threads: usize) -> Option<(f64, usize)> {
        let exact = mix.body().filter(|&body| !self.candidates(body).is_empty());
        if let Some(body) = exact {
            return Some(self.body_rates(&[body], threads, COMPUTE_BUDGET)?[0]);
        }
        let counted = COUNTED.into_iter().zip(mix.counts).filter(|&(_, count)| count > 0);
        let (bodies, counts): (Vec<_>, Vec<_>) = counted.unzip();
        let rates = self.body_rates(&bodies, threads, COMPUTE_BUDGET)?.into_iter().zip(counts);
        let rates = rates.map(|((rate, set), count)| (rate / count as f64, set));
        rates.min_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The positions of the sets that may be the fastest for a body: all that can do it, but for those not even half as wide as the
    /// widest. Some CPUs slow down for the widest vectors, or have fewer ports for them.
    fn candidates(&self, body: usize) -> Vec<usize> {
        let units = |set: usize| self.sets[set].units(body);
        let widest = (0..self.sets.len()).find_map(units).unwrap_or(0);
        (0..self.sets.len()).filter(|&set| units(set).is_some_and(|units| 2 * units >= widest)).collect()
    }

    /// Units per second of each of these bodies, and the position of the set that is fastest. Every body must have a set. `None` if the
    /// system refuses a thread.
    fn body_rates(&mut self, bodies: &[usize], threads: usize, budget: Duration) -> Option<Vec<(f64, usize)>> {
        let unknown = bodies.iter().filter(|&&body| !self.rates.contains_key(&(body, threads)));
        let loops = unknown.flat_map(|&body| self.candidates(body).into_iter().map(move |set| (body, set)));
        let loops: Vec<_> = loops.collect();
        let budget = budget / loops.len().max(1) as u32;
        let run = |(): &mut (), position: usize, rounds| {
            let (body, set) = loops[position];
            self.sets[set].run(body, rounds);
        };
        let rounds = team::best_rates(threads, loops.len(), budget, || (), run)?;
        for ((body, set), rounds) in loops.into_iter().zip(rounds) {
            let rate = rounds * self.sets[set].units(body).unwrap_or(0) as f64;
            let fastest = self.rates.entry((body, threads)).or_insert((rate, set));
            if rate > NOTABLY * fastest.0 {
                *fastest = (rate, set);
            }
        }
        Some(bodies.iter().map(|&body| self.rates[&(body, threads)]).collect())
    }

    /// The shortest time in milliseconds in which `threads` threads read and write so many bytes.
    fn traffic_ms(&mut self, read: u64, written: u64, threads: usize) -> Option<f64> {
        let total = read as f64 + written as f64;
        if total == 0.0 {
            return Some(0.0);
        }
        let scale = (largest(threads) as f64 / total).min(1.0);
        let scaled = |bytes: u64| (bytes as f64 * scale) as u64;
        let flow = self.flow(Shape::share(scaled(read), scaled(written), threads), threads)?;
        Some(1e3 * total / flow.fastest())
    }

    /// The rates of one shape; `None` if there is not enough memory, or a thread too few.
    fn flow(&mut self, shape: Shape, threads: usize) -> Option<Flow> {
        if let Some(&known) = self.flows.get(&(shape, threads)) {
            return Some(known);
        }
        memory::require(shape.bytes().saturating_mul(threads as u64)).ok()?;
        let set = &self.sets[0];
        let variants = if set.has_streaming() && shape.writes > 0 { 2 } else { 1 };
        let make = || Streams::new(shape.reads, shape.writes);
        let run = |streams: &mut Streams, variant: usize, rounds: u64| {
            for _ in 0..rounds {
                streams.pass(set, variant == 1);
            }
        };
        let passes = team::best_rates(threads, variants, MEMORY_BUDGET, make, run)?;
        let rate = |passes: &f64| passes * shape.bytes() as f64;
        let flow = Flow { ordinary: rate(&passes[0]), streaming: passes.get(1).map(rate) };
        self.flows.insert((shape, threads), flow);
        Some(flow)
    }

    /// The row of one level; `None` if there is not enough memory.
    fn bandwidth(&mut self, level: String, bytes: u64, threads: usize) -> Option<Bandwidth> {
        let mut flow = |read, written| self.flow(Shape::share(read, written, threads), threads);
        let (read, written, both) = (flow(bytes, 0)?, flow(0, bytes)?, flow(bytes / 3 * 2, bytes / 3)?);
        Some(Bandwidth {
            level,
            bytes,
            read: 1e-9 * read.ordinary,
            written: 1e-9 * written.ordinary,
            streamed: written.streaming.map(|rate| 1e-9 * rate),
            read_and_written: 1e-9 * both.fastest(),
        })
    }
}

/// The instruction sets of this CPU, the widest first; never empty. A set is listed twice if it has two ways to multiply integers.
fn available() -> Vec<InstructionSet> {
    processor::available()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refused_threads;

    const TEST: Work = Work {
        adds: 4000,
        muls: 3000,
        divs: 0,
        sqrts: 0,
        int_ops: 0,
        int_muls: 0,
        bytes_read: 1600,
        bytes_written: 800,
    };

    #[test]
    fn no_work_has_no_limit() {
        assert_eq!(limit(&Work::default(), 1), None);
        assert_eq!(limit(&Work::default(), 0), None);
    }

    #[test]
    fn more_threads_never_have_a_longer_limit_than_fewer() {
        let one = Limit { compute_ms: 4.0, memory_ms: 3.0, instructions: "AVX2", threads: 1 };
        let two = Limit { compute_ms: 2.0, memory_ms: 3.3, instructions: "SSE2", threads: 2 };
        assert_eq!(two.shorter(one), Limit { compute_ms: 2.0, memory_ms: 3.0, instructions: "SSE2", threads: 2 });
        let cpus = thread::available_parallelism().unwrap().get();
        let work = Work { bytes_read: 1 << 20, bytes_written: 1 << 19, ..TEST };
        let several = limit(&work, cpus).unwrap();
        let alone = limit(&work, 1).unwrap();
        assert!(several.compute_ms <= alone.compute_ms && several.memory_ms <= alone.memory_ms);
        let again = measured_again(&work, cpus).unwrap();
        assert!(again.compute_ms <= several.compute_ms && again.memory_ms <= several.memory_ms);
        assert_eq!(limit(&work, cpus), Some(again));
    }

    #[test]
    fn a_limit_is_the_larger_of_both_times() {
        let limit = Limit { compute_ms: 2.0, memory_ms: 3.0, instructions: "AVX2", threads: 1 };
        assert_eq!((limit.ms(), limit.bound()), (3.0, Bound::Memory));
        let limit = Limit { compute_ms: 4.0, ..limit };
        assert_eq!((limit.ms(), limit.bound()), (4.0, Bound::Compute));
    }

    #[test]
    fn work_takes_time() {
        let found = limit(&TEST, 1).unwrap();
        assert!(found.compute_ms > 0.0 && found.compute_ms.is_finite());
        assert!(found.memory_ms > 0.0 && found.memory_ms.is_finite());
        assert!(!found.instructions.is_empty());
        assert_eq!(found.threads, 1);
        // The second time it is known.
        assert_eq!(limit(&TEST, 1), Some(found));
        // Twice the work of the same mix takes twice as long.
        let twice = limit(&Work { adds: 8000, muls: 6000, ..TEST }, 1).unwrap();
        assert_eq!(twice.compute_ms, 2.0 * found.compute_ms);
    }

    #[test]
    fn a_system_that_refuses_threads_has_no_limit_for_several() {
        if refused_threads::in_child("limits::tests::a_system_that_refuses_threads_has_no_limit_for_several") {
            let several = thread::available_parallelism().unwrap().get();
            assert_eq!(limit(&TEST, several).is_some(), several == 1);
            assert!(limit(&TEST, 1).is_some());
        }
    }

    #[test]
    fn either_part_may_be_missing() {
        let operations = Work { bytes_read: 0, bytes_written: 0, ..TEST };
        assert_eq!(limit(&operations, 1).unwrap().memory_ms, 0.0);
        let traffic = Work { adds: 0, muls: 0, ..TEST };
        let found = limit(&traffic, 1).unwrap();
        assert_eq!((found.compute_ms, found.bound()), (0.0, Bound::Memory));
    }

    #[test]
    fn an_unknown_mix_takes_as_long_as_its_slowest_operation() {
        let work = Work { adds: 1, divs: 7, ..Work::default() };
        let divisions = Work { divs: 7, ..Work::default() };
        let (mixed, single) = (limit(&work, 1).unwrap(), limit(&divisions, 1).unwrap());
        assert!((mixed.compute_ms - single.compute_ms).abs() <= 1e-9 * single.compute_ms);
    }

    #[test]
    fn threads_are_at_least_one_and_at_most_the_cpus() {
        let cpus = thread::available_parallelism().unwrap().get();
        assert_eq!(limit(&TEST, 0).unwrap().threads, 1);
        assert_eq!(limit(&TEST, usize::MAX).unwrap().threads, cpus);
    }

    #[test]
    fn a_few_bytes_read_do_not_count() {
        let moved = |bytes_read, bytes_written| moved(&Work { bytes_read, bytes_written, ..Work::default() });
        assert_eq!(moved(9, 80), (0, 80));
        assert_eq!(moved(10, 80), (10, 80));
        assert_eq!(moved(160, 80), (160, 80));
        assert_eq!(moved(160, 0), (160, 0));
        assert_eq!(moved(0, 0), (0, 0));
    }

    #[test]
    fn shares_add_up() {
        assert_eq!(Shape::share(1600, 800, 1), Shape { reads: 100, writes: 100 });
        assert_eq!(Shape::share(1600, 800, 3), Shape { reads: 34, writes: 34 });
        assert_eq!(Shape::share(0, 1, 8), Shape { reads: 0, writes: 1 });
        assert_eq!(Shape { reads: 100, writes: 100 }.bytes(), 2400);
    }

    #[test]
    fn the_largest_work_can_be_counted() {
        let work = Work { adds: u64::MAX, bytes_read: u64::MAX, bytes_written: u64::MAX, ..Work::default() };
        let found = limit(&work, 1).unwrap();
        assert!(found.ms().is_finite());
    }

    #[test]
    fn every_row_of_the_machine_is_there() {
        let machine = machine_limits(1);
        assert_eq!(machine.threads, 1);
        assert!(COUNTED.iter().all(|&body| machine.operations.iter().any(|row| row.name == BODIES[body].name)));
        assert!(machine.operations.iter().all(|row| row.giga_per_second > 0.0));
        assert!(machine.clock_ghz.is_none_or(|clock| clock > 0.0));
        assert_eq!(machine.bandwidths.last().unwrap().level, "memory");
        for row in machine.bandwidths {
            assert!(row.bytes > 0 && row.read > 0.0 && row.written > 0.0 && row.read_and_written > 0.0);
        }
    }
}
