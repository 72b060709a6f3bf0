//! The signal handler: it copies the registers and a piece of the stack, and nothing else.
#![expect(unsafe_code, reason = "a signal handler reads what the kernel hands it")]

use std::io;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use libc::{c_int, c_long, c_void, siginfo_t, ucontext_t};

use super::ring::{Header, Registers, Ring};

/// The largest piece of a stack that is copied.
pub(super) const MOST_STACK: usize = 64 * 1024;

/// The stack is copied in parts of this size, of which each is readable as a whole or not at all, whatever the size of a page.
const PART: usize = 4096;

/// Where samples go; null while nothing is profiled.
static RING: AtomicPtr<Ring> = AtomicPtr::new(ptr::null_mut());

/// How many handlers are at work.
static AT_WORK: AtomicUsize = AtomicUsize::new(0);

/// The nanoseconds of processor time between two signals of an event, if the samples of events are weighed; otherwise 0.
static PERIOD: AtomicU64 = AtomicU64::new(0);

/// The number of files for which `SAMPLED` has room.
pub(super) const FILES: usize = 4096;

/// The nanoseconds of a thread's processor time that its samples stand for so far, by the number of its event's file. Each is written by
/// the collecting thread before the event is enabled, and afterwards by the handler in that thread.
static SAMPLED: [AtomicU64; FILES] = [const { AtomicU64::new(0) }; FILES];

/// Samples are taken into a ring as long as this lives.
pub(super) struct Recording<'a>(PhantomData<&'a Ring>);

impl<'a> Recording<'a> {
    /// From now on. There is one at a time; the caller has made sure of it.
    pub(super) fn start(ring: &'a Ring) -> Self {
        RING.store(ptr::from_ref(ring).cast_mut(), Ordering::SeqCst);
        Self(PhantomData)
    }
}

impl Drop for Recording<'_> {
    /// Afterwards no handler knows the ring. A handler counts itself before it loads the pointer, and all four accesses are
    /// sequentially consistent: one that still saw the ring is seen here until it has done with it.
    fn drop(&mut self) {
        RING.store(ptr::null_mut(), Ordering::SeqCst);
        while AT_WORK.load(Ordering::SeqCst) != 0 {
            std::thread::yield_now();
        }
    }
}

/// The signals that the handler is installed for.
#[derive(Clone, Copy)]
pub(super) struct Signals {
    event: Option<c_int>,
    timer: Option<c_int>,
}

impl Signals {
    /// Installs the handler for the signals that nobody uses, as the calling thread sees them.
    pub(super) fn install() -> Self {
        Self { event: install([libc::SIGSTKFLT]), timer: install((libc::SIGRTMIN()..=libc::SIGRTMAX()).rev()) }
    }

    /// The signal of events: `SIGSTKFLT`, which Linux defines and never sends.
    ///
    /// It has to be one of the old signals, of which one at most is pending in a thread. When real-time signals have no more room in
    /// the queue, the kernel sends `SIGIO` in place of an event's signal, and that ends the program.
    pub(super) fn event(self) -> io::Result<c_int> {
        self.event.ok_or_else(|| io::Error::other("the signal SIGSTKFLT is handled or blocked by the program"))
    }

    /// The signal of timers: the highest real-time signal that nobody uses.
    pub(super) fn timer(self) -> io::Result<c_int> {
        self.timer.ok_or_else(|| io::Error::other("every real-time signal is handled or blocked by the program"))
    }
}

/// Finds a signal that nobody uses and installs the handler for it.
///
/// The handler stays installed: a signal that is still on its way when the timers are gone would otherwise end the process,
/// which is what such a signal does when it is not handled.
///
/// It runs on the stack of the interrupted thread (no `SA_ONSTACK`): the alternate stacks that Rust gives its threads are not much larger
/// than the frame that the kernel puts there on processors with wide registers.
fn install(signals: impl IntoIterator<Item = c_int>) -> Option<c_int> {
    // SAFETY: a signal set is plain data, and `pthread_sigmask` with no new mask only writes the present one to it.
    let blocked = unsafe {
        let mut blocked = MaybeUninit::<libc::sigset_t>::zeroed().assume_init();
        libc::pthread_sigmask(libc::SIG_SETMASK, ptr::null(), &mut blocked);
        blocked
    };
    let ours = on_signal as *const () as libc::sighandler_t;
    signals.into_iter().find(|&signal| {
        // SAFETY: `sigaction` is plain data; asking for the present action changes nothing.
        let (failed, present) = unsafe {
            let mut present = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
            (libc::sigaction(signal, ptr::null(), &mut present) != 0, present)
        };
        // SAFETY: `blocked` was filled above.
        let unwanted = failed || unsafe { libc::sigismember(&blocked, signal) } == 1;
        if unwanted || !(present.sa_sigaction == libc::SIG_DFL || present.sa_sigaction == ours) {
            return false;
        }
        // SAFETY: `sigaction` is plain data, zero is an empty mask and no flags; `on_signal` has the signature that
        // `SA_SIGINFO` asks for and calls only functions that are safe in a signal handler.
        unsafe {
            let mut action = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
            action.sa_sigaction = ours;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
            libc::sigfillset(&mut action.sa_mask);
            libc::sigaction(signal, &action, ptr::null_mut()) == 0
        }
    })
}

/// From now on samples of events stand for the processor time since the sample before, in units of `period`; without a period,
/// each for one. Call it while nothing is profiled.
pub(super) fn weigh_events(period: Option<Duration>) {
    PERIOD.store(period.map_or(0, |period| period.as_nanos() as u64), Ordering::Relaxed);
}

/// Samples of the event with this file stand for processor time from here on.
pub(super) fn begin(file: usize, time: Duration) {
    SAMPLED[file].store(time.as_nanos() as u64, Ordering::Relaxed);
}

/// The number of periods that a sample stands for, and the time that all samples stand for with it.
fn periods(sampled: u64, now: u64, period: u64) -> (u32, u64) {
    // The event's clock and the thread's differ a little, so a sample that comes early takes from the one after.
    let periods = (now.saturating_sub(sampled) / period).clamp(1, u64::from(u32::MAX));
    (periods as u32, sampled + periods * period)
}

/// Whether the kernel lets a process copy its own memory by `process_vm_readv`: some sandboxes do not.
pub(super) fn can_copy() -> io::Result<()> {
    let from = [1_u8; 16];
    let mut to = [0_u8; 16];
    // SAFETY: both arrays are 16 bytes long, and `to` is borrowed for writing.
    match unsafe { copy(from.as_ptr() as usize, to.as_mut_ptr(), from.len()) } {
        16 if to == from => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// What the kernel says of a timer's signal: the head of `siginfo_t` with the variant `_timer` of its union (`sigaction(2)`).
#[repr(C)]
struct TimerInfo {
    signal: c_int,
    error: c_int,
    code: c_int,
    padding: c_int,
    timer: c_int,
    overrun: c_int,
}

/// What the kernel says of an event's signal: the head of `siginfo_t` with the variant `_sigpoll` of its union (`sigaction(2)`).
#[repr(C)]
struct EventInfo {
    signal: c_int,
    error: c_int,
    code: c_int,
    padding: c_int,
    band: c_long,
    file: c_int,
}

/// The codes of signals about files, `POLL_IN` to `POLL_HUP` (`sigaction(2)`).
const OF_FILES: std::ops::RangeInclusive<c_int> = 1..=6;

/// Async-signal-safe: atomics, a few loads, and the system calls `clock_gettime`, `process_vm_readv`, `getpid` and `gettid`; the error
/// number is put back.
extern "C" fn on_signal(_: c_int, info: *mut siginfo_t, context: *mut c_void) {
    AT_WORK.fetch_add(1, Ordering::SeqCst);
    let ring = RING.load(Ordering::SeqCst);
    if !ring.is_null() {
        // SAFETY: the error number of this thread, always there.
        let error = unsafe { *libc::__errno_location() };
        // SAFETY: the owner of the ring waits until no handler is at work before it is gone. With `SA_SIGINFO` the kernel
        // passes a `siginfo_t` and a `ucontext_t` that are valid until the handler returns.
        unsafe { record(&*ring, &*info, &*context.cast::<ucontext_t>()) };
        // SAFETY: as above.
        unsafe { *libc::__errno_location() = error };
    }
    AT_WORK.fetch_sub(1, Ordering::SeqCst);
}

/// # Safety
/// `info` is what the kernel passed to a handler.
#[inline]
unsafe fn record(ring: &Ring, info: &siginfo_t, context: &ucontext_t) {
    let weight = match info.si_code {
        // SAFETY: the signal comes from a timer, so the variant of the union is `_timer`; `siginfo_t` is larger than
        // `TimerInfo` and aligned like it.
        libc::SI_TIMER => unsafe { &*ptr::from_ref(info).cast::<TimerInfo>() }.overrun.max(0) as u32 + 1,
        code if OF_FILES.contains(&code) => {
            // SAFETY: the signal tells of a file, so the variant of the union is `_sigpoll`; `siginfo_t` is larger than
            // `EventInfo` and aligned like it.
            weight_of_event(unsafe { &*ptr::from_ref(info).cast::<EventInfo>() }.file)
        }
        _ => return,
    };
    // SAFETY: it only returns a number.
    let thread = unsafe { libc::gettid() };
    let registers = registers(context);
    ring.write(weight, |stack, bytes| {
        // The C libraries of Linux put a thread's descriptor at the upper end of its stack: nothing above it is of interest.
        // The main thread's is elsewhere; its stack ends where memory is not mapped.
        // SAFETY: it only returns the thread pointer.
        let descriptor = unsafe { libc::pthread_self() } as usize;
        let above = descriptor.wrapping_sub(registers.sp as usize);
        // SAFETY: `write` gives room for `bytes`.
        let stack = unsafe { copy(registers.sp as usize, stack, bytes.min(above)) };
        Header { thread, weight, registers, stack }
    });
}

/// How many periods a sample of the event with this file stands for.
#[inline]
fn weight_of_event(file: c_int) -> u32 {
    let sampled = usize::try_from(file).ok().and_then(|file| SAMPLED.get(file));
    match (PERIOD.load(Ordering::Relaxed), sampled) {
        (0, _) | (_, None) => 1,
        (period, Some(sampled)) => {
            let now = super::clocks::thread_time().as_nanos() as u64;
            let (weight, all) = periods(sampled.load(Ordering::Relaxed), now, period);
            sampled.store(all, Ordering::Relaxed);
            weight
        }
    }
}

/// Copies up to `bytes` from an address as far as memory is mapped, and says how many.
///
/// The kernel copies, so that an end of the stack that nobody knows is no fault: it ends the copy with the part before.
///
/// # Safety
/// `to` is valid for writing `bytes`.
unsafe fn copy(from: usize, to: *mut u8, bytes: usize) -> usize {
    let bytes = bytes.min(MOST_STACK);
    let mut parts = [libc::iovec { iov_base: ptr::null_mut(), iov_len: 0 }; MOST_STACK / PART + 1];
    let (mut used, mut copied) = (0, 0);
    while copied < bytes {
        let start = from + copied;
        let length = (PART - start % PART).min(bytes - copied);
        parts[used] = libc::iovec { iov_base: start as *mut c_void, iov_len: length };
        used += 1;
        copied += length;
    }
    let local = libc::iovec { iov_base: to.cast(), iov_len: bytes };
    // SAFETY: `local` is valid for writing by the contract. What is read is checked by the kernel: an unmapped part fails.
    let copied = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, parts.as_ptr(), used as libc::c_ulong, 0) };
    usize::try_from(copied).unwrap_or(0)
}

#[cfg(target_arch = "x86_64")]
fn registers(context: &ucontext_t) -> Registers {
    let register = |number: c_int| context.uc_mcontext.gregs[number as usize] as u64;
    Registers { pc: register(libc::REG_RIP), sp: register(libc::REG_RSP), fp: register(libc::REG_RBP) }
}

#[cfg(target_arch = "aarch64")]
fn registers(context: &ucontext_t) -> Registers {
    let machine = &context.uc_mcontext;
    Registers { pc: machine.pc, sp: machine.sp, fp: machine.regs[29], lr: machine.regs[30] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_the_program_uses_is_left_alone() {
        let highest = libc::SIGRTMAX();
        // SAFETY: ignoring a signal that nobody sends, until the action before is put back.
        let (before, chosen, after) = unsafe {
            let before = libc::signal(highest, libc::SIG_IGN);
            (before, Signals::install().timer().unwrap(), libc::signal(highest, libc::SIG_IGN))
        };
        // SAFETY: as above.
        unsafe { libc::signal(highest, before) };
        assert_ne!(chosen, highest);
        assert_eq!(after, libc::SIG_IGN);
        assert_eq!(Signals::install().timer().unwrap(), highest, "it is the highest that is free");
    }

    #[test]
    fn the_weights_of_samples_add_up_to_the_time_that_has_passed() {
        assert_eq!(periods(500, 1501, 1000), (1, 1500));
        assert_eq!(periods(1500, 2499, 1000), (1, 2500), "one that comes early takes from the one after");
        assert_eq!(periods(2500, 7400, 1000), (4, 6500), "what a long system call took belongs to it");
        assert_eq!(periods(6500, 6400, 1000), (1, 7500));
    }

    #[test]
    fn copying_ends_where_memory_is_not_mapped() {
        let pages = 3 * 65536;
        // SAFETY: a fresh mapping, of which the end is given back at once.
        let start = unsafe {
            let start = libc::mmap(
                ptr::null_mut(),
                pages,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            assert_ne!(start, libc::MAP_FAILED);
            assert_eq!(libc::munmap(start.cast::<u8>().add(2 * 65536).cast(), 65536), 0);
            start as usize
        };
        let mut to = vec![0; MOST_STACK];
        // SAFETY: `to` has that many bytes.
        let copied = |from, to: &mut [u8]| unsafe { copy(from, to.as_mut_ptr(), MOST_STACK) };
        assert_eq!(copied(start + 100, &mut to), MOST_STACK);
        assert_eq!(copied(start + 2 * 65536 - 10_000, &mut to), 10_000);
        assert_eq!(copied(start + 2 * 65536, &mut to), 0);
        // SAFETY: the rest of the mapping, which nothing refers to.
        unsafe { libc::munmap(start as *mut c_void, 2 * 65536) };
    }
}
