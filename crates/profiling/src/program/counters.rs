//! What the processor counts: instructions, cycles, misses.

use std::fmt;

/// An event that processors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Count {
    /// Instructions that were carried out.
    Instructions,
    /// Cycles of the processor's own clock.
    Cycles,
    /// Accesses to memory that the last cache did not have.
    CacheMisses,
    /// Branches that went another way than was guessed.
    BranchMisses,
}

impl Count {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Instructions, Self::Cycles, Self::CacheMisses, Self::BranchMisses];

    /// The name that `perf stat` gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Cycles => "cycles",
            Self::CacheMisses => "cache-misses",
            Self::BranchMisses => "branch-misses",
        }
    }
}

/// What the processor counted while a closure ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    counts: [Option<u64>; 4],
    unavailable: Option<String>,
}

impl Counters {
    /// How many there were; `None` where the processor, or the system, does not say.
    pub fn get(&self, count: Count) -> Option<u64> {
        self.counts[Count::ALL.iter().position(|known| *known == count)?]
    }

    /// Instructions per cycle.
    pub fn instructions_per_cycle(&self) -> Option<f64> {
        let cycles = self.get(Count::Cycles).filter(|cycles| *cycles > 0)?;
        Some(self.get(Count::Instructions)? as f64 / cycles as f64)
    }

    /// Why some, or all, are not there: one line that says what can be done about it.
    pub fn unavailable(&self) -> Option<&str> {
        self.unavailable.as_deref()
    }
}

impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, value) in Count::ALL.iter().zip(self.counts) {
            let value = value.map_or_else(|| "-".to_owned(), |value| value.to_string());
            writeln!(f, "{value:>20}  {}", count.name())?;
        }
        if let Some(ratio) = self.instructions_per_cycle() {
            writeln!(f, "{ratio:>20.2}  instructions per cycle")?;
        }
        match &self.unavailable {
            Some(why) => writeln!(f, "{why}"),
            None => Ok(()),
        }
    }
}

/// Runs a closure and counts what the processor does meanwhile in user space: in the calling thread and in the threads that it
/// starts, not in threads that exist already, as those of a pool do.
///
/// The counters are those of `perf stat` (`perf_event_open(2)`, by [`perf_event`](https://docs.rs/perf-event2)). If there are
/// fewer in the processor than events, the kernel lets them take turns and the counts are scaled up.
///
/// ```
/// let (sum, counters) = profiling::counters(|| std::hint::black_box(1..=1000_u64).sum::<u64>());
/// assert_eq!(sum, 500_500);
/// match counters.unavailable() {
///     Some(why) => println!("{why}"),
///     None => assert!(counters.get(profiling::Count::Instructions).unwrap() > 0),
/// }
/// ```
pub fn counters<R>(f: impl FnOnce() -> R) -> (R, Counters) {
    count(f)
}

#[cfg(target_os = "linux")]
fn count<R>(f: impl FnOnce() -> R) -> (R, Counters) {
    use perf_event::Builder;
    use perf_event::events::Hardware;

    let mut unavailable = None;
    let mut opened = Count::ALL.map(|count| {
        let event = match count {
            Count::Instructions => Hardware::INSTRUCTIONS,
            Count::Cycles => Hardware::CPU_CYCLES,
            Count::CacheMisses => Hardware::CACHE_MISSES,
            Count::BranchMisses => Hardware::BRANCH_MISSES,
        };
        match Builder::new(event).inherit(true).build() {
            Ok(counter) => Some(counter),
            Err(error) => {
                unavailable.get_or_insert_with(|| explain(count, &error));
                None
            }
        }
    });
    for counter in opened.iter_mut().flatten() {
        if let Err(error) = counter.enable() {
            unavailable.get_or_insert_with(|| format!("hardware counters: {error}"));
        }
    }
    let value = f();
    for counter in opened.iter_mut().flatten() {
        // What cannot be stopped counts a little more.
        let _ = counter.disable();
    }
    let counts = opened.map(|counter| {
        let data = counter?.read_full().ok()?;
        let (enabled, running) = (data.time_enabled()?.as_secs_f64(), data.time_running()?.as_secs_f64());
        // It never had its turn: nothing is known of it.
        (running > 0.0).then(|| (data.count() as f64 * (enabled / running)).round() as u64)
    });
    (value, Counters { counts, unavailable })
}

#[cfg(not(target_os = "linux"))]
fn count<R>(f: impl FnOnce() -> R) -> (R, Counters) {
    let unavailable = format!("hardware counters need Linux, this is {}", std::env::consts::OS);
    (f(), Counters { counts: [None; 4], unavailable: Some(unavailable) })
}

/// What to do about an event that cannot be counted.
#[cfg(target_os = "linux")]
fn explain(count: Count, error: &std::io::Error) -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let virtual_machine =
        cpu.lines().any(|line| line.starts_with("flags") && line.split_whitespace().any(|flag| flag == "hypervisor"));
    reason(count, error, &paranoid(), virtual_machine)
}

/// The level from which on the kernel refuses perf events to users.
#[cfg(target_os = "linux")]
fn paranoid() -> String {
    let level = std::fs::read_to_string("/proc/sys/kernel/perf_event_paranoid").unwrap_or_default();
    level.trim().to_owned()
}

#[cfg(target_os = "linux")]
fn reason(count: Count, error: &std::io::Error, paranoid: &str, virtual_machine: bool) -> String {
    let name = count.name();
    let reason = match error.raw_os_error() {
        Some(libc::ENOENT | libc::EOPNOTSUPP | libc::ENODEV) if virtual_machine => {
            format!("this is a virtual machine without them ({name}: {error})")
        }
        Some(libc::ENOENT | libc::EOPNOTSUPP | libc::ENODEV) => {
            format!("this processor, or its driver, has none for {name} ({error})")
        }
        _ => refused(name, error, paranoid),
    };
    format!("hardware counters: {reason}")
}

/// Why perf events are refused to this program, and what mends it.
#[cfg(target_os = "linux")]
pub(crate) fn forbidden(what: &str, error: &std::io::Error) -> String {
    refused(what, error, &paranoid())
}

#[cfg(target_os = "linux")]
fn refused(what: &str, error: &std::io::Error, paranoid: &str) -> String {
    match error.raw_os_error() {
        Some(libc::EACCES | libc::EPERM) if paranoid.parse::<i32>().is_ok_and(|level| level > 2) => format!(
            "kernel.perf_event_paranoid is {paranoid}, `sudo sysctl kernel.perf_event_paranoid=2` allows them ({what}: {error})"
        ),
        Some(libc::EACCES | libc::EPERM | libc::ENOSYS) => format!(
            "forbidden although kernel.perf_event_paranoid is {paranoid}: a sandbox or container does not allow perf_event_open ({what}: {error})"
        ),
        _ => format!("{what}: {error}"),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Error;

    use super::*;

    #[test]
    fn every_refusal_says_what_can_be_done() {
        let reason =
            |error, paranoid, machine| reason(Count::Cycles, &Error::from_raw_os_error(error), paranoid, machine);
        assert!(reason(libc::ENOENT, "2", true).contains("virtual machine without them"));
        assert!(reason(libc::ENOENT, "2", false).contains("this processor"));
        assert!(
            reason(libc::EACCES, "4", true)
                .contains("kernel.perf_event_paranoid is 4, `sudo sysctl kernel.perf_event_paranoid=2`")
        );
        assert!(reason(libc::EPERM, "1", false).contains("container"));
    }

    #[test]
    fn counts_are_shown_with_their_ratio_or_with_the_reason() {
        let counted = Counters { counts: [Some(300), Some(200), None, Some(0)], unavailable: None };
        let text = counted.to_string();
        assert!(text.contains("300  instructions\n") && text.contains("-  cache-misses\n"), "{text}");
        assert!(text.contains("1.50  instructions per cycle"), "{text}");
        let none = Counters { counts: [None; 4], unavailable: Some("because".into()) };
        assert!(none.to_string().ends_with("because\n"));
    }
}
