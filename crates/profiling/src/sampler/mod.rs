//! A sampling profiler of the running program, on all its threads.
#![cfg_attr(
    not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))),
    allow(dead_code, reason = "what takes samples is not compiled there")
)]

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod clocks;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod handler;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod linux;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod modules;
mod report;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod ring;
mod samples;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod symbols;
mod timer;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod timers;

use std::fmt;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
use unsupported as linux;

pub use report::{FunctionRow, LineRow};
pub use samples::{Attributed, Frame, Samples, Stack, Thread};
pub use timer::{Timer, Unavailable};

/// The default frequency: prime, so that it does not keep step with what a program does a round number of times per second.
pub const FREQUENCY: u32 = 997;

/// Whether something is being sampled. The signal handler serves one at a time.
static RUNNING: AtomicBool = AtomicBool::new(false);

/// Runs a closure and samples what every thread of the process executes meanwhile, 997 times per second of processor time.
///
/// See [`Sampler`] for how, and for what cannot be seen.
///
/// # Errors
/// When something is being sampled already; the closure is not run then.
///
/// # Panics
/// When the closure does. The timers are removed before.
///
/// ```
/// let sampled = profiling::sample(|| (1..=50_000_000_u64).fold(0, |sum, n| sum ^ n.wrapping_mul(n)))?;
/// println!("{}", sampled.samples);
/// assert_eq!(sampled.samples.lost(), 0);
/// # Ok::<_, profiling::SampleError>(())
/// ```
pub fn sample<R>(f: impl FnOnce() -> R) -> Result<Sampled<R>, SampleError> {
    Sampler::new().run(f)
}

/// What a closure returned, and what was seen of it.
#[derive(Debug)]
pub struct Sampled<R> {
    /// What the closure returned.
    pub value: R,
    /// Where its time went.
    pub samples: Samples,
}

/// A sampling profiler: which functions and lines the threads of a program were executing, each time that a thread had consumed so much
/// processor time.
///
/// Every thread has a [`Timer`] on its own processor time, whose signal interrupts it. The handler copies the registers and a piece of
/// the stack; a thread of the profiler unwinds the stacks
/// by the tables that the compiler left for panics ([`framehop`](https://docs.rs/framehop)), and names, files and lines are
/// looked up when all is over ([`addr2line`](https://docs.rs/addr2line), with inlined calls as frames of their own). The program is the optimised one, unchanged.
///
/// What is worth knowing:
/// * Only processor time counts: a thread that waits is not sampled, nor woken. (Timers of wall time would have to wake it, and
///   end its `poll` and `epoll_wait`, which no flag starts again.)
/// * [`Samples::timer`] says what interrupted the threads and [`Samples::rate`] how often that came to be.
/// * New threads are found by looking every 4 ms; what a thread did before is not seen, nor is a thread that lived shorter.
///   [`Samples::unseen`] says how much processor time that was; threads that exist when the sampling begins have timers from the start.
/// * The signal is one that the program does not handle: `SIGSTKFLT`, which Linux never sends, or for [`Timer::Clock`] the highest real-time
///   signal that is free; `SIGPROF` is left alone. System calls that are interrupted are started again (`SA_RESTART`), except those that
///   never are (`signal(7)`): but a thread is interrupted only while it runs, on its way back from the kernel at the latest. A child after
///   `fork` has no timers. A thread that blocks all signals is not sampled until it unblocks them.
/// * What it costs: see [the measurement](crate#overheads).
/// * Samples in this crate's own code are left out of the tables and counted ([`Samples::own`]).
///
/// ```
/// use profiling::Sampler;
///
/// let sampled = Sampler::new().frequency(499).run(|| (1..=1_000_000_u64).sum::<u64>())?;
/// assert_eq!(sampled.value, 500_000_500_000);
/// # Ok::<_, profiling::SampleError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sampler {
    timer: Timer,
    frequency: u32,
    stack: usize,
}

impl Default for Sampler {
    fn default() -> Self {
        Self { timer: Timer::Event, frequency: FREQUENCY, stack: 32 * 1024 }
    }
}

impl Sampler {
    /// 997 samples per second of processor time, 32 KiB of stack.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many times per second of processor time each thread is sampled: 1 to 10000.
    #[must_use]
    pub fn frequency(self, frequency: u32) -> Self {
        Self { frequency, ..self }
    }

    /// What interrupts the threads, if it is to be had; if not, the next one of [`Timer`] is tried, down to [`Timer::Clock`].
    #[must_use]
    pub fn timer(self, timer: Timer) -> Self {
        Self { timer, ..self }
    }

    /// How many bytes of a stack are copied at most: 1 to 64 KiB; other values are brought into these limits. Calls further out
    /// are cut off, and [`Samples::truncated`] counts how often.
    #[must_use]
    pub fn stack(self, bytes: usize) -> Self {
        Self { stack: bytes.clamp(1024, 64 * 1024), ..self }
    }

    /// Runs a closure and samples all threads of the process meanwhile.
    ///
    /// Where there are no such timers the closure is run all the same, and [`Samples::unavailable`] says why nothing was seen.
    ///
    /// # Errors
    /// When something is being sampled already, on this or another thread, or the frequency is out of range; the closure is not
    /// run then.
    ///
    /// # Panics
    /// When the closure does. The timers are removed before.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> Result<Sampled<R>, SampleError> {
        if !(1..=10_000).contains(&self.frequency) {
            return Err(SampleError::Frequency(self.frequency));
        }
        let _running = Running::begin()?;
        match linux::Recorder::start(self.timer, self.frequency, self.stack) {
            Ok(recorder) => {
                let (value, measured) = recorder.record(|| profiled(f));
                Ok(Sampled { value, samples: recorder.finish(measured) })
            }
            Err(unavailable) => {
                let start = Instant::now();
                let value = profiled(f);
                Ok(Sampled { value, samples: Samples::none(self.frequency, start.elapsed(), unavailable) })
            }
        }
    }
}

/// Where a profile begins: frames from here outward are the profiler's.
///
/// It is the last frame of the stack that is cut off, so it must not be inlined, nor replaced by the closure in a tail call.
#[inline(never)]
fn profiled<R>(f: impl FnOnce() -> R) -> R {
    let value = f();
    black_box(());
    value
}

/// The right to sample, of which there is one.
struct Running;

impl Running {
    fn begin() -> Result<Self, SampleError> {
        match RUNNING.swap(true, Ordering::Acquire) {
            true => Err(SampleError::Running),
            false => Ok(Self),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.store(false, Ordering::Release);
    }
}

/// Why nothing was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SampleError {
    /// Something is being sampled already: all threads of the process are, so there is one profile at a time.
    Running,
    /// The frequency is not between 1 and 10000.
    Frequency(u32),
}

impl fmt::Display for SampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running => {
                write!(
                    f,
                    "the program is being sampled already: a profile covers all threads, so there is one at a time"
                )
            }
            Self::Frequency(frequency) => write!(f, "{frequency} samples per second: it can be 1 to 10000"),
        }
    }
}

impl std::error::Error for SampleError {}

/// Where the system has no timer per thread, or its stacks are not known.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod unsupported {
    use super::Samples;
    use super::timer::{Measured, Timer, Unavailable};

    /// There are none.
    pub(super) enum Recorder {}

    impl Recorder {
        pub(super) fn start(_: Timer, _: u32, _: usize) -> Result<Self, Unavailable> {
            let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
            Err(Unavailable { why: format!("it needs Linux on x86_64 or aarch64, this is {system} on {processor}") })
        }

        pub(super) fn record<R>(&self, _: impl FnOnce() -> R) -> (R, Measured) {
            match *self {}
        }

        pub(super) fn finish(self, _: Measured) -> Samples {
            match self {}
        }
    }
}
