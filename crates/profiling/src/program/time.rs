//! `time -v`: what a program, or a piece of it, took of the machine.
#![cfg_attr(unix, expect(unsafe_code, reason = "the standard library has no getrusage"))]

use std::fmt;
use std::time::{Duration, Instant};

/// What the process took while a closure ran, all threads together.
///
/// ```
/// let (sum, usage) = profiling::time(|| (1..=1000_u64).sum::<u64>());
/// assert_eq!(sum, 500_500);
/// println!("{usage}");
/// ```
pub fn time<R>(f: impl FnOnce() -> R) -> (R, Usage) {
    let (before, start) = (resources(), Instant::now());
    let value = f();
    let (wall, after) = (start.elapsed(), resources());
    (value, Usage { wall: Some(wall), resources: before.zip(after).map(|(before, after)| after.since(before)) })
}

/// What the process has taken since it began, all threads together.
///
/// A program that another one has turned into (`exec(3)`), as `cargo run` turns into what it runs, has that one's time in its figures.
///
/// ```
/// let usage = profiling::usage();
/// # #[cfg(target_os = "linux")]
/// assert!(usage.max_rss_kb().unwrap() > 0);
/// println!("{usage}");
/// ```
pub fn usage() -> Usage {
    Usage { wall: since_the_beginning(), resources: resources() }
}

/// The processor time that the process has taken since it began, in its own code and in the kernel, all threads together: a clock,
/// to be read before and after. `None` where the system does not say it.
///
/// ```
/// let before = profiling::processor_time();
/// assert_eq!((1..=1000_u64).sum::<u64>(), 500_500);
/// assert!(profiling::processor_time() >= before);
/// ```
pub fn processor_time() -> Option<Duration> {
    resources().map(|taken| taken.user + taken.system)
}

/// What was taken of the machine: the figures of GNU `time -v` (`time(1)`), from `getrusage(2)`.
///
/// Every figure but the wall time of a closure is `None` where the system does not say it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    wall: Option<Duration>,
    resources: Option<Resources>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Resources {
    user: Duration,
    system: Duration,
    max_rss_kb: u64,
    major_faults: u64,
    minor_faults: u64,
    voluntary_switches: u64,
    involuntary_switches: u64,
}

impl Usage {
    /// The time on the clock on the wall. That of a process is known to 10 ms.
    pub fn wall(&self) -> Option<Duration> {
        self.wall
    }

    /// Processor time in the program's own code, of all threads.
    pub fn user(&self) -> Option<Duration> {
        Some(self.resources?.user)
    }

    /// Processor time in the kernel, on behalf of the program.
    pub fn system(&self) -> Option<Duration> {
        Some(self.resources?.system)
    }

    /// User and system time in percent of the wall time: 100 is one processor fully used.
    pub fn cpu_percent(&self) -> Option<f64> {
        let wall = self.wall.filter(|wall| !wall.is_zero())?;
        Some((self.user()? + self.system()?).as_secs_f64() / wall.as_secs_f64() * 100.0)
    }

    /// The most memory that the process ever had in RAM, in units of 1024 bytes: also for a closure it is the mark of the
    /// whole process until then.
    pub fn max_rss_kb(&self) -> Option<u64> {
        Some(self.resources?.max_rss_kb)
    }

    /// Page faults for which the disk was read.
    pub fn major_faults(&self) -> Option<u64> {
        Some(self.resources?.major_faults)
    }

    /// Page faults without: mostly memory that was touched for the first time.
    pub fn minor_faults(&self) -> Option<u64> {
        Some(self.resources?.minor_faults)
    }

    /// How often a thread gave its processor away, to wait.
    pub fn voluntary_switches(&self) -> Option<u64> {
        Some(self.resources?.voluntary_switches)
    }

    /// How often a thread was made to give its processor to another.
    pub fn involuntary_switches(&self) -> Option<u64> {
        Some(self.resources?.involuntary_switches)
    }
}

/// In the words of GNU `time -v`.
impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, name: &str, value: Option<String>| {
            writeln!(f, "\t{name}: {}", value.as_deref().unwrap_or("-"))
        };
        let seconds = |time: Option<Duration>| Some(format!("{:.2}", time?.as_secs_f64()));
        let count = |count: Option<u64>| Some(count?.to_string());
        row(f, "User time (seconds)", seconds(self.user()))?;
        row(f, "System time (seconds)", seconds(self.system()))?;
        row(f, "Percent of CPU this job got", self.cpu_percent().map(|percent| format!("{percent:.0}%")))?;
        row(f, "Elapsed (wall clock) time (h:mm:ss or m:ss)", self.wall.map(clock))?;
        row(f, "Maximum resident set size (kbytes)", count(self.max_rss_kb()))?;
        row(f, "Major (requiring I/O) page faults", count(self.major_faults()))?;
        row(f, "Minor (reclaiming a frame) page faults", count(self.minor_faults()))?;
        row(f, "Voluntary context switches", count(self.voluntary_switches()))?;
        row(f, "Involuntary context switches", count(self.involuntary_switches()))
    }
}

/// `1:02:03` from an hour on, else `2:03.45`.
fn clock(time: Duration) -> String {
    let hundredths = (time.as_secs_f64() * 100.0).round() as u64;
    let (hours, minutes, seconds) = (hundredths / 360_000, hundredths / 6000 % 60, hundredths / 100 % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}.{:02}", hundredths % 100),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

impl Resources {
    fn since(self, before: Self) -> Self {
        Self {
            user: self.user.saturating_sub(before.user),
            system: self.system.saturating_sub(before.system),
            max_rss_kb: self.max_rss_kb,
            major_faults: self.major_faults.saturating_sub(before.major_faults),
            minor_faults: self.minor_faults.saturating_sub(before.minor_faults),
            voluntary_switches: self.voluntary_switches.saturating_sub(before.voluntary_switches),
            involuntary_switches: self.involuntary_switches.saturating_sub(before.involuntary_switches),
        }
    }
}

#[cfg(unix)]
fn resources() -> Option<Resources> {
    // SAFETY: `rusage` is plain data, and `getrusage` only writes to it.
    let (failed, usage) = unsafe {
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed().assume_init();
        (libc::getrusage(libc::RUSAGE_SELF, &mut usage) != 0, usage)
    };
    if failed {
        return None;
    }
    let time = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
    // Apple counts bytes.
    let unit = if cfg!(target_vendor = "apple") { 1024 } else { 1 };
    Some(Resources {
        user: time(usage.ru_utime),
        system: time(usage.ru_stime),
        max_rss_kb: usage.ru_maxrss as u64 / unit,
        major_faults: usage.ru_majflt as u64,
        minor_faults: usage.ru_minflt as u64,
        voluntary_switches: usage.ru_nvcsw as u64,
        involuntary_switches: usage.ru_nivcsw as u64,
    })
}

#[cfg(not(unix))]
fn resources() -> Option<Resources> {
    None
}

/// How long the process has existed: the kernel's clock of uptime less the 22nd field of `/proc/self/stat` (`proc_pid_stat(5)`).
#[cfg(target_os = "linux")]
fn since_the_beginning() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name, which may contain blanks and parentheses.
    let began: f64 = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
    // SAFETY: it only returns a number; `timespec` is plain data to which `clock_gettime` only writes.
    let (ticks, now) = unsafe {
        let mut now = std::mem::MaybeUninit::<libc::timespec>::zeroed().assume_init();
        libc::clock_gettime(libc::CLOCK_BOOTTIME, &mut now);
        (libc::sysconf(libc::_SC_CLK_TCK) as f64, now.tv_sec as f64 + now.tv_nsec as f64 / 1e9)
    };
    Duration::try_from_secs_f64((now - began / ticks).max(0.0)).ok()
}

#[cfg(not(target_os = "linux"))]
fn since_the_beginning() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_read_as_those_of_gnu_time() {
        let resources = Resources {
            user: Duration::from_millis(1500),
            system: Duration::from_millis(250),
            max_rss_kb: 2048,
            major_faults: 1,
            minor_faults: 120,
            voluntary_switches: 3,
            involuntary_switches: 44,
        };
        let usage = Usage { wall: Some(Duration::from_millis(62_500)), resources: Some(resources) };
        assert_eq!(
            usage.to_string(),
            "\tUser time (seconds): 1.50\n\tSystem time (seconds): 0.25\n\tPercent of CPU this job got: 3%\n\
             \tElapsed (wall clock) time (h:mm:ss or m:ss): 1:02.50\n\tMaximum resident set size (kbytes): 2048\n\
             \tMajor (requiring I/O) page faults: 1\n\tMinor (reclaiming a frame) page faults: 120\n\
             \tVoluntary context switches: 3\n\tInvoluntary context switches: 44\n"
        );
        let unknown = Usage { wall: None, resources: None };
        assert!(unknown.to_string().lines().all(|line| line.ends_with(": -")));
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
    }
}
