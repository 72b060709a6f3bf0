//! The kinds of timers that interrupt threads, why there is none, and how long a closure ran.

use std::fmt;
use std::time::Duration;

/// What interrupts a thread each time that it has consumed so much processor time: the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// The processor clock of `perf_event_open(2)`, in the program and in what the kernel does for it.
    ///
    /// It has a timer of high resolution, so the frequency is reached. What the kernel does is seen at the instruction that
    /// called it: a sample that had to wait for the kernel to come to an end has the [weight](super::Stack::weight) of all that time. It
    /// needs `kernel.perf_event_paranoid` of 1 or less, or the capability `CAP_PERFMON`.
    Event,
    /// The same clock in the program alone: what the kernel does for it is [unseen](super::Samples::unseen). Every user may have it where
    /// `kernel.perf_event_paranoid` is 2, which is the kernel's own default; some distributions set more, and containers forbid it.
    UserEvent,
    /// A timer on the thread's clock of processor time (`timer_create(2)` with `SIGEV_THREAD_ID`), which needs no permission.
    ///
    /// The kernel looks at these timers at its own tick, 100 to 1000 times a second (`CONFIG_HZ`, often 250). Periods that passed
    /// between two ticks are not lost: a sample has the [weight](super::Stack::weight) of all of them. But the accuracy is that of the
    /// number of [events](super::Samples::events), not of their weight. The kernel's work counts as with [`Event`](Self::Event).
    Clock,
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Event => "perf events of the processor clock",
            Self::UserEvent => "perf events of the processor clock outside the kernel",
            Self::Clock => "timers on the processor clock that go with the kernel's tick",
        })
    }
}

/// Why a program could be run but not sampled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable {
    pub(super) why: String,
}

impl Unavailable {
    pub(super) fn new(what: &str, why: impl fmt::Display) -> Self {
        Self { why: format!("{what}: {why}") }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sampling is not available here: {}", self.why)
    }
}

impl std::error::Error for Unavailable {}

/// How long a closure ran.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub(super) wall: Duration,
    /// The processor time of the process.
    pub(super) cpu: Duration,
}
