//! One timer per thread, on the processor time that the thread consumes.
#![expect(unsafe_code, reason = "timers of other threads have no safe interface")]

use std::collections::{HashMap, HashSet};
use std::mem::MaybeUninit;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;
use std::{fs, io, ptr};

use libc::{c_int, c_void, clockid_t, pid_t};

/// A full look at the list of threads is taken at every so many calls of `Timers::look`, even if their number is the same.
const FULL_LOOK: u32 = 16;

/// The timers of all threads but the one that looks after them. Dropping it removes them.
pub(super) struct Timers {
    signal: c_int,
    period: Duration,
    own: pid_t,
    timers: HashMap<pid_t, Timer>,
    threads: u64,
    looks: u32,
    next: u32,
    /// The threads that could not be given a timer.
    refused: HashSet<pid_t>,
    /// Why the first of them was not.
    refusal: Option<io::Error>,
}

struct Timer {
    id: libc::timer_t,
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: the timer was created by `timer_create` and is deleted once, here.
        unsafe { libc::timer_delete(self.id) };
    }
}

impl Timers {
    /// No timers yet: `look` makes them. The calling thread will have none.
    pub(super) fn new(signal: c_int, period: Duration) -> Self {
        // SAFETY: it only returns a number.
        let own = unsafe { libc::gettid() };
        Self {
            signal,
            period,
            own,
            timers: HashMap::new(),
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
            let timer = match self.timers.remove(&thread).filter(Timer::runs) {
                Some(timer) => timer,
                None => match Timer::new(thread, self.next, self.signal, self.period) {
                    Ok(timer) => {
                        met(self.next, thread);
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

    /// How many threads have a timer now.
    pub(super) fn len(&self) -> usize {
        self.timers.len()
    }

    /// How many threads could not be given a timer, and why the first was not.
    pub(super) fn refused(&mut self) -> Option<(usize, io::Error)> {
        Some((self.refused.len(), self.refusal.take()?))
    }
}

impl Timer {
    fn new(thread: pid_t, number: u32, signal: c_int, period: Duration) -> io::Result<Self> {
        // SAFETY: `sigevent` is plain data.
        let mut event = unsafe { MaybeUninit::<libc::sigevent>::zeroed().assume_init() };
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = signal;
        event.sigev_notify_thread_id = thread;
        event.sigev_value = libc::sigval { sival_ptr: number as usize as *mut c_void };
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

fn timespec(time: Duration) -> libc::timespec {
    // SAFETY: `timespec` is plain data.
    let mut spec = unsafe { MaybeUninit::<libc::timespec>::zeroed().assume_init() };
    spec.tv_sec = time.as_secs() as _;
    spec.tv_nsec = time.subsec_nanos() as _;
    spec
}

/// The processor time that the process has consumed.
pub(super) fn process_time() -> Duration {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// The processor time that the calling thread has consumed.
pub(super) fn thread_time() -> Duration {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn clock(clock: clockid_t) -> Duration {
    let mut time = timespec(Duration::ZERO);
    // SAFETY: `time` lives through the call.
    unsafe { libc::clock_gettime(clock, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
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
