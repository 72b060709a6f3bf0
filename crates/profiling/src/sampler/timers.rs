//! What interrupts threads by the processor time that they consume: one event or timer for each.
#![expect(unsafe_code, reason = "timers of other threads have no safe interface")]

use std::collections::{HashMap, HashSet};
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;
use std::{fs, io, ptr};

use libc::{c_int, clockid_t, pid_t};
use perf_event::events::Software;
use perf_event::{Builder, Counter};

use super::clocks::{self, timespec};
use super::handler::{self, Signals};
use super::timer::Timer;
use crate::program::forbidden;

/// A full look at the list of threads is taken at every so many calls of `Timers::look`, even if their number is the same.
const FULL_LOOK: u32 = 16;

/// The timers of all threads but the one that looks after them. Dropping it removes them.
pub(super) struct Timers {
    timer: Timer,
    signals: Signals,
    /// Why it is not the one that was asked for.
    instead: Option<String>,
    period: Duration,
    own: pid_t,
    timers: HashMap<pid_t, Armed>,
    /// The place of each thread in the list of those that were met, also of those that have ended.
    numbers: HashMap<pid_t, u32>,
    threads: u64,
    looks: u32,
    next: u32,
    /// The threads that could not be given a timer.
    refused: HashSet<pid_t>,
    /// Why the first of them was not.
    refusal: Option<io::Error>,
}

impl Timers {
    /// No timers yet: `look` makes them. The calling thread will have none.
    pub(super) fn new(timer: Timer, signals: Signals, period: Duration) -> Self {
        // SAFETY: it only returns a number.
        let own = unsafe { libc::gettid() };
        handler::weigh_events((timer == Timer::Event).then_some(period));
        Self {
            timer,
            signals,
            instead: None,
            period,
            own,
            timers: HashMap::new(),
            numbers: HashMap::new(),
            threads: 0,
            looks: 0,
            next: 0,
            refused: HashSet::new(),
            refusal: None,
        }
    }

    /// Gives timers to the threads that are new, removes those of threads that ended, and tells `met` the number and the id of
    /// the new ones.
    pub(super) fn look(&mut self, mut met: impl FnMut(u32, pid_t)) -> io::Result<()> {
        // The number of links of the folder is that of the threads: one cheap call as long as nothing happens.
        let threads = fs::metadata("/proc/self/task")?.nlink();
        let full = self.looks.is_multiple_of(FULL_LOOK);
        self.looks += 1;
        if threads == self.threads && !full {
            return Ok(());
        }
        self.threads = threads;
        let mut alive = HashMap::with_capacity(self.timers.len() + 1);
        for entry in fs::read_dir("/proc/self/task")? {
            let Some(thread) = entry?.file_name().to_str().and_then(|name| name.parse::<pid_t>().ok()) else {
                continue;
            };
            if thread == self.own {
                continue;
            }
            // A timer that no longer runs belonged to an earlier thread, whose number this one was given.
            let timer = match self.timers.remove(&thread).filter(|timer| timer.runs(thread)) {
                Some(timer) => timer,
                None => match self.arm(thread) {
                    Ok(timer) => {
                        met(self.next, thread);
                        self.numbers.insert(thread, self.next);
                        self.next += 1;
                        timer
                    }
                    // The thread has ended meanwhile.
                    Err(error) if !fs::exists(format!("/proc/self/task/{thread}"))? => {
                        drop(error);
                        continue;
                    }
                    Err(error) => {
                        self.refused.insert(thread);
                        self.refusal.get_or_insert(error);
                        continue;
                    }
                },
            };
            alive.insert(thread, timer);
        }
        self.timers = alive;
        Ok(())
    }

    /// Gives a timer to a thread. When it is the first of all and cannot have it, the next kind is tried, for all.
    fn arm(&mut self, thread: pid_t) -> io::Result<Armed> {
        loop {
            let error = match self.armed(self.timer, thread) {
                Ok(timer) => return Ok(timer),
                Err(error) => error,
            };
            let alive = || fs::exists(format!("/proc/self/task/{thread}")).unwrap_or(true);
            let (next, why) = match self.timer {
                Timer::Clock => return Err(error),
                _ if !alive() => return Err(error),
                _ if self.next > 0 => {
                    // The others have theirs: it is this thread that is one too many.
                    let timer = self.armed(Timer::Clock, thread)?;
                    self.instead.get_or_insert_with(|| format!("some threads have {}: {error}", Timer::Clock));
                    return Ok(timer);
                }
                Timer::Event => {
                    let need = "kernel.perf_event_paranoid of 1 or less, or the capability CAP_PERFMON";
                    (Timer::UserEvent, format!("those in the kernel need {need} ({error})"))
                }
                Timer::UserEvent => (Timer::Clock, forbidden("perf_event_open", &error)),
            };
            (self.timer, self.instead) = (next, Some(why));
            handler::weigh_events(None);
        }
    }

    fn armed(&self, timer: Timer, thread: pid_t) -> io::Result<Armed> {
        match timer {
            Timer::Event => event(thread, self.signals.event()?, self.period, true).map(Armed::Event),
            Timer::UserEvent => event(thread, self.signals.event()?, self.period, false).map(Armed::Event),
            Timer::Clock => ClockTimer::new(thread, self.signals.timer()?, self.next, self.period).map(Armed::Clock),
        }
    }

    /// What interrupts the threads, and why it is not, or not for all of them, what was asked for.
    pub(super) fn timer(&self) -> (Timer, Option<String>) {
        (self.timer, self.instead.clone())
    }

    /// The place of a thread in the list of those that were met.
    pub(super) fn number(&self, thread: pid_t) -> Option<u32> {
        self.numbers.get(&thread).copied()
    }

    /// How many threads have a timer now.
    pub(super) fn len(&self) -> usize {
        self.timers.len()
    }

    /// How many threads could not be given a timer, and why the first was not.
    pub(super) fn refused(&mut self) -> Option<(usize, io::Error)> {
        Some((self.refused.len(), self.refusal.take()?))
    }
}

/// What interrupts one thread.
enum Armed {
    Event(Counter),
    Clock(ClockTimer),
}

impl Armed {
    /// Whether it is for the thread that has this number now, and not for one before.
    fn runs(&self, thread: pid_t) -> bool {
        match self {
            Self::Event(counter) => owner(counter).is_ok_and(|owner| owner == thread),
            Self::Clock(timer) => timer.runs(),
        }
    }
}

/// Opens an event that sends its thread a signal for each period of processor time (`perf_event_open(2)`). A timer of high resolution, which is set whenever
/// the thread gets a processor, counts the periods, so the kernel's tick does not matter.
fn event(thread: pid_t, signal: c_int, period: Duration, kernel: bool) -> io::Result<Counter> {
    let mut builder = Builder::new(Software::CPU_CLOCK);
    builder.observe_pid(thread).any_cpu().exclude_kernel(!kernel).sample_period(period.as_nanos() as u64);
    let mut counter = builder.build()?;
    let file = counter.as_raw_fd();
    if file as usize >= handler::FILES {
        return Err(io::Error::other(format!("more than {} files are open", handler::FILES)));
    }
    let owner = Owner { kind: F_OWNER_TID, id: thread };
    // SAFETY: `file` is open as long as `counter` lives; the requests take what `fcntl(2)` says, and `owner` lives through the call.
    let failed = unsafe {
        libc::fcntl(file, F_SETOWN_EX, &owner) == -1
            || libc::fcntl(file, F_SETSIG, signal) == -1
            || libc::fcntl(file, libc::F_SETFL, libc::O_ASYNC | libc::O_NONBLOCK) == -1
    };
    if failed {
        return Err(io::Error::last_os_error());
    }
    handler::begin(file as usize, clocks::clock(clock_of(thread)));
    counter.enable()?;
    Ok(counter)
}

/// The thread that an event sends its signals to; 0 once that has ended.
fn owner(counter: &Counter) -> io::Result<pid_t> {
    let mut owner = Owner { kind: 0, id: 0 };
    // SAFETY: the file is open as long as `counter` lives, and `owner` lives through the call.
    match unsafe { libc::fcntl(counter.as_raw_fd(), F_GETOWN_EX, &mut owner) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(owner.id),
    }
}

/// `struct f_owner_ex` and the requests about it (`fcntl(2)`), as `asm-generic/fcntl.h` has them for x86-64 and aarch64.
#[repr(C)]
struct Owner {
    kind: c_int,
    id: pid_t,
}

const F_SETSIG: c_int = 10;
const F_SETOWN_EX: c_int = 15;
const F_GETOWN_EX: c_int = 16;
const F_OWNER_TID: c_int = 0;

/// A timer on a thread's clock of processor time (`timer_create(2)`).
struct ClockTimer {
    id: libc::timer_t,
}

impl Drop for ClockTimer {
    fn drop(&mut self) {
        // SAFETY: the timer was created by `timer_create` and is deleted once, here.
        unsafe { libc::timer_delete(self.id) };
    }
}

impl ClockTimer {
    fn new(thread: pid_t, signal: c_int, number: u32, period: Duration) -> io::Result<Self> {
        // SAFETY: `sigevent` is plain data.
        let mut event = unsafe { MaybeUninit::<libc::sigevent>::zeroed().assume_init() };
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = signal;
        event.sigev_notify_thread_id = thread;
        let mut id: libc::timer_t = ptr::null_mut();
        // SAFETY: both pointers are to values that live through the call; the kernel checks the clock and the thread.
        if unsafe { libc::timer_create(clock_of(thread), &mut event, &mut id) } != 0 {
            return Err(io::Error::last_os_error());
        }
        let timer = Self { id };
        // The first sample is due after a part of the period that differs from thread to thread: a program that starts its
        // threads together is not always met at the same places.
        let phase =
            (u64::from(number).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as f64 / 2_f64.powi(32);
        let first = period.mul_f64(phase).max(Duration::from_nanos(1));
        let times = libc::itimerspec { it_interval: timespec(period), it_value: timespec(first) };
        // SAFETY: the timer exists and `times` lives through the call.
        if unsafe { libc::timer_settime(timer.id, 0, &times, ptr::null_mut()) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(timer)
    }

    /// Whether the timer's thread is alive: the kernel shows no time to go for one whose thread is gone.
    fn runs(&self) -> bool {
        // SAFETY: the timer exists, and `itimerspec` is plain data that lives through the call.
        unsafe {
            let mut times = MaybeUninit::<libc::itimerspec>::zeroed().assume_init();
            libc::timer_gettime(self.id, &mut times) == 0 && (times.it_value.tv_sec, times.it_value.tv_nsec) != (0, 0)
        }
    }
}

/// The clock of the processor time of a thread of this process, by its number: what `pthread_getcpuclockid(3)` computes from the
/// thread's descriptor, which we do not have (`include/linux/posix-timers_types.h`: the complement of the number, then the
/// bits 4 for "one thread" and 2 for the scheduler's clock).
fn clock_of(thread: pid_t) -> clockid_t {
    (!thread << 3) | 4 | 2
}

/// Keeps the program's signals away from the calling thread: they would run the program's handlers there.
pub(super) fn block_signals() {
    // SAFETY: a signal set is plain data, filled before it is used.
    unsafe {
        let mut all = MaybeUninit::<libc::sigset_t>::zeroed().assume_init();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, ptr::null_mut());
    }
}
