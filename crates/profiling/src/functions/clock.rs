//! The clock of the function profiler.
#![expect(unsafe_code, reason = "the time stamp counter is read by an intrinsic")]

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The counter is set against the clock of the system over at least this time: the 50 ns that a reading is off are 2.5 millionths.
const CALIBRATION: Duration = Duration::from_millis(20);

/// A moment by both clocks, taken before the first call is timed.
static ORIGIN: OnceLock<(Instant, u64)> = OnceLock::new();

/// Whether [`ticks`] are those of the time stamp counter. Set together with [`ORIGIN`], before anything is timed.
static COUNTER: AtomicBool = AtomicBool::new(false);

/// Chooses the clock. Has to be called before the first [`ticks`] of each thread; after the first time it does nothing.
pub(super) fn start() {
    ORIGIN.get_or_init(|| {
        COUNTER.store(counter_is_steady(), Relaxed);
        both()
    });
}

/// The time, in ticks since an unknown moment, never 0.
///
/// On x86-64 whose time stamp counter runs steadily (the same rate in every state of the processor, and on every core) that is
/// the counter: `rdtsc` takes a third of the time that the clock of the system takes. The instruction waits for nothing, so an
/// operation or two that stand before it may end behind it.
#[inline(always)]
pub(super) fn ticks() -> u64 {
    #[cfg(target_arch = "x86_64")]
    if COUNTER.load(Relaxed) {
        // SAFETY: every x86-64 processor has the instruction, and the systems that forbid it to programs are not among ours.
        return unsafe { std::arch::x86_64::_rdtsc() };
    }
    nanoseconds()
}

/// The time by the clock of the system, in nanoseconds, for where there is no better one.
#[cold]
#[inline(never)]
fn nanoseconds() -> u64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    let first = FIRST.get_or_init(Instant::now);
    u64::try_from(first.elapsed().as_nanos()).unwrap_or(u64::MAX).saturating_add(1)
}

/// How many nanoseconds a tick takes. Sleeps, for 20 ms at most, when the clock has only just been [started](start).
pub(super) fn nanoseconds_per_tick() -> f64 {
    start();
    if !COUNTER.load(Relaxed) {
        return 1.0;
    }
    let &(origin, origin_ticks) = ORIGIN.get().expect("the clock was started above");
    if let Some(rest) = CALIBRATION.checked_sub(origin.elapsed()) {
        std::thread::sleep(rest);
    }
    let (now, now_ticks) = both();
    now.duration_since(origin).as_nanos() as f64 / now_ticks.wrapping_sub(origin_ticks) as f64
}

/// The name of the clock.
pub(super) fn name() -> &'static str {
    start();
    if COUNTER.load(Relaxed) { "time stamp counter" } else { "clock of the system" }
}

/// The time by both clocks, read as close together as three attempts allow.
fn both() -> (Instant, u64) {
    let attempt = || {
        let before = ticks();
        let now = Instant::now();
        let after = ticks();
        (after.wrapping_sub(before), (now, before.wrapping_add(after.wrapping_sub(before) / 2)))
    };
    let attempts = [attempt(), attempt(), attempt()];
    attempts.into_iter().min_by_key(|&(gap, _)| gap).map(|(_, both)| both).expect("there are three attempts")
}

/// Whether the processor says that its time stamp counter has the same rate in every state (CPUID 8000_0007h, EDX, bit 8).
#[cfg(target_arch = "x86_64")]
fn counter_is_steady() -> bool {
    use std::arch::x86_64::__cpuid;
    __cpuid(0x8000_0000).eax >= 0x8000_0007 && __cpuid(0x8000_0007).edx & (1 << 8) != 0
}

#[cfg(not(target_arch = "x86_64"))]
fn counter_is_steady() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_never_runs_backwards() {
        start();
        let times: Vec<u64> = (0..10_000).map(|_| ticks()).collect();
        assert!(times.is_sorted() && times[0] > 0);
    }

    #[test]
    fn a_tick_has_a_length() {
        assert!(nanoseconds_per_tick() > 0.0);
    }
}
