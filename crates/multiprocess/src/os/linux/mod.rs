//! Linux: socket pairs, process file descriptors, sealed memory files, robust mutexes.

#![expect(unsafe_code, reason = "signal handlers and robust mutexes are reached through the C library")]

mod errors;
mod line;
mod lock;
mod memory;
mod role;

use std::ffi::OsStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child as Spawned, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fs, io, process, ptr, thread};

pub(crate) use errors::{explained, mends};
use line::wait_for;
pub(crate) use line::{Line, Wake};
pub(crate) use lock::{Taken, give_lock_back, make_lock, take_lock};
pub(crate) use memory::Memory;
pub(crate) use role::is_child;
use role::is_now_a_child;
use rustix::event::PollFlags;
use rustix::fs::fstat;
use rustix::io::fcntl_dupfd_cloexec;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, getppid, getrlimit, pidfd_open, pidfd_send_signal, prlimit,
    set_parent_process_death_signal,
};

use super::{Idle, Look, Lost, Message, Patience};

/// Marks a child: the parent's process id and the number of the socket that is the child's standard input.
const MARK: &str = "MULTIPROCESS_CHILD_OF";

/// This program, also when a newer one has been built in its place.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// Children that live.
static LIVING: AtomicUsize = AtomicUsize::new(0);

/// What can be said of this system before anything is started.
pub(crate) fn available() -> Result<(), String> {
    Ok(())
}

/// A child process and the connection to it.
#[derive(Debug)]
pub(crate) struct Child {
    spawned: Mutex<Option<Spawned>>,
    id: u32,
    process: OwnedFd,
    line: Line,
}

impl Child {
    /// Starts this program once more, or another one in its place.
    ///
    /// The child is killed when its parent ends, however that comes about: it asks the system for that, see [`line_to_parent`], and
    /// it ends by itself when the other end of the connection is gone.
    pub(crate) fn start(program: Option<&OsStr>, memory: Option<u64>) -> io::Result<Self> {
        say_when_interrupted();
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
        let mark = format!("{}:{}", process::id(), fstat(&theirs)?.st_ino);
        if program.is_none() && !Path::new(OWN_PROGRAM).exists() {
            let why = format!("a worker is started as {OWN_PROGRAM}, and /proc is not there: mount it");
            return Err(io::Error::new(io::ErrorKind::Unsupported, why));
        }
        let mut command = Command::new(program.unwrap_or(OWN_PROGRAM.as_ref()));
        command.arg0(env::args_os().next().unwrap_or_default()).env(MARK, mark).stdin(Stdio::from(theirs));
        let mut spawned = spawn(command)?;
        let id = spawned.id();
        let pid = Pid::from_raw(id as i32).ok_or(io::ErrorKind::NotFound)?;
        // Nobody else waits for this child, so its id is still its own.
        let process = pidfd_open(pid, PidfdFlags::empty()).inspect_err(|_| {
            let _ = spawned.kill().and_then(|()| spawned.wait());
        })?;
        LIVING.fetch_add(1, Ordering::Relaxed);
        let child = Self { spawned: Mutex::new(Some(spawned)), id, process, line: Line { socket: ours } };
        if let Some(bytes) = memory {
            prlimit(Some(pid), Resource::As, Rlimit { current: Some(bytes), maximum: Some(bytes) })?;
        }
        Ok(child)
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Sends a message.
    pub(crate) fn send(&self, message: &Message, patience: Patience<'_>) -> Result<(), Lost> {
        self.line.send(message, Some(&self.process), patience)
    }

    /// Receives a message.
    pub(crate) fn receive(&self, patience: Patience<'_>) -> Result<Message, Lost> {
        self.line.receive(Some(&self.process), patience)
    }

    /// What the process is doing; `None` when it has ended.
    pub(crate) fn look(&self) -> Option<Look> {
        let mut clock = 0;
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: both calls write to a place that is theirs for as long as they last.
        let told = unsafe {
            libc::clock_getcpuclockid(self.id as libc::pid_t, &raw mut clock) == 0
                && libc::clock_gettime(clock, &raw mut time) == 0
        };
        let processor_time = Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?);
        told.then(|| Look { processor_time, state: self.status("State:").unwrap_or_else(|| "unknown".to_owned()) })
    }

    /// How many bytes of memory the process has to itself; `None` when the system does not say.
    pub(crate) fn resident(&self) -> Option<u64> {
        let kib: u64 = self.status("RssAnon:")?.strip_suffix(" kB")?.trim().parse().ok()?;
        kib.checked_mul(1024)
    }

    fn status(&self, field: &str) -> Option<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).ok()?;
        status.lines().find_map(|line| line.strip_prefix(field)).map(|value| value.trim().to_owned())
    }

    /// Waits for work, or for the end of the process.
    pub(crate) fn idle(&self, wake: &Wake) -> Idle {
        match wait_for((wake.event.as_fd(), PollFlags::IN), Some(&self.process), None) {
            Ok((true, _)) => {
                wake.clear();
                Idle::Woken
            }
            _ => Idle::Dead,
        }
    }

    /// Lets the child read the end of its input.
    pub(crate) fn hang_up(&self) {
        let _ = rustix::net::shutdown(&self.line.socket, rustix::net::Shutdown::Both);
    }

    /// Kills the process. It is no error if it has ended already.
    pub(crate) fn kill(&self) {
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
    }

    /// Asks the process to end.
    pub(crate) fn terminate(&self) {
        let _ = pidfd_send_signal(&self.process, Signal::TERM);
    }

    /// Whether the process has not ended.
    pub(crate) fn is_alive(&self) -> bool {
        self.ends_before(Some(Instant::now())).is_ok_and(|ended| !ended)
    }

    fn ends_before(&self, deadline: Option<Instant>) -> io::Result<bool> {
        let (ended, _) = wait_for((self.process.as_fd(), PollFlags::IN), None, deadline)?;
        Ok(ended)
    }

    /// Waits for the end of the process; `None` if it does not come before the deadline.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> io::Result<Option<ExitStatus>> {
        if !self.ends_before(deadline)? {
            return Ok(None);
        }
        let mut spawned = self.spawned.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut ended) = spawned.take() else {
            return Err(io::Error::other("the end of the process has been waited for already"));
        };
        LIVING.fetch_sub(1, Ordering::Relaxed);
        ended.wait().map(Some)
    }
}

impl Drop for Child {
    /// No process outlives its handle.
    fn drop(&mut self) {
        self.kill();
        let _ = self.wait(None);
    }
}

/// What the thread that starts processes is asked, and where it answers.
type Order = (Command, Sender<io::Result<Spawned>>);

/// Starts a process from a thread that lives as long as this process: a child is killed when the *thread* that started it ends.
fn spawn(command: Command) -> io::Result<Spawned> {
    static ORDERS: Mutex<Option<Sender<Order>>> = Mutex::new(None);
    let (answer, answered) = channel();
    let gone = || io::Error::other("the thread that starts processes has ended");
    let mut orders = ORDERS.lock().unwrap_or_else(PoisonError::into_inner);
    if orders.is_none() {
        let (sender, taken) = channel::<Order>();
        thread::Builder::new().name("starts processes".to_owned()).spawn(move || {
            for (mut command, answer) in taken {
                let _ = answer.send(command.spawn());
            }
        })?;
        *orders = Some(sender);
    }
    orders.as_ref().ok_or_else(gone)?.send((command, answer)).map_err(|_| gone())?;
    drop(orders);
    answered.recv().map_err(|_| gone())?
}

/// Whether the memory that a process may have is limited, for this one and for its children.
pub(crate) fn memory_is_limited() -> bool {
    [Resource::As, Resource::Data].into_iter().any(|resource| getrlimit(resource).current.is_some())
}

/// In a child, the connection to its parent; in any other process, nothing.
///
/// A child sees to it that it ends with its parent.
pub(crate) fn line_to_parent() -> Option<Line> {
    let mark = env::var(MARK).ok()?;
    let (parent, socket) = mark.split_once(':')?;
    // A grandchild has the variable from its parent's environment, and another standard input.
    let stdin = io::stdin();
    if fstat(&stdin).ok()?.st_ino.to_string() != socket {
        return None;
    }
    let prepared = set_parent_process_death_signal(Some(Signal::KILL))
        .and_then(|()| fcntl_dupfd_cloexec(&stdin, 3))
        .map_err(io::Error::from)
        .and_then(|line| {
            let nothing = std::fs::File::open("/dev/null")?;
            rustix::stdio::dup2_stdin(&nothing)?;
            Ok(line)
        });
    // The parent may have ended before the system was asked to tell.
    let orphaned = getppid().is_none_or(|now| now.as_raw_nonzero().to_string() != parent);
    let socket = match prepared {
        Ok(socket) if !orphaned => socket,
        _ => process::exit(1),
    };
    // SAFETY: ignoring a signal has no preconditions. Ctrl-C reaches the whole group of processes; what becomes of the children is
    // the parent's to decide.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_IGN) };
    is_now_a_child();
    Some(Line { socket })
}

/// Lets Ctrl-C say what it ends, unless the program has a handler of its own.
fn say_when_interrupted() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: both structures are plain data that may be zero, and outlive the calls; the handler does only what a signal handler may.
        unsafe {
            let mut now: libc::sigaction = MaybeUninit::zeroed().assume_init();
            if libc::sigaction(libc::SIGINT, ptr::null(), &raw mut now) == 0 && now.sa_sigaction == libc::SIG_DFL {
                let mut then: libc::sigaction = MaybeUninit::zeroed().assume_init();
                then.sa_sigaction = interrupted as extern "C" fn(libc::c_int) as usize;
                then.sa_flags = libc::SA_RESTART;
                libc::sigaction(libc::SIGINT, &raw const then, ptr::null_mut());
            }
        }
    });
}

/// Says how many processes Ctrl-C ends, and lets it end them: this one by the signal, the others with it.
extern "C" fn interrupted(signal: libc::c_int) {
    let mut digits = [b'0'; 10];
    let mut left = LIVING.load(Ordering::Relaxed);
    let mut first = digits.len() - 1;
    while left > 9 && first > 0 {
        digits[first] = b'0' + (left % 10) as u8;
        left /= 10;
        first -= 1;
    }
    digits[first] = b'0' + (left % 10) as u8;
    // SAFETY: write, signal and raise may be called in a signal handler; the texts outlive the calls.
    unsafe {
        for text in [&b"interrupted: this process ends, and "[..], &digits[first..], b" workers with it\n"] {
            libc::write(2, text.as_ptr().cast(), text.len());
        }
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

/// How long a child may take to end by itself.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
