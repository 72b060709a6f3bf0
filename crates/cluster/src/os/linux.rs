//! Linux: pipes, signals, and children that the system kills when their parent ends.

#![expect(
    unsafe_code,
    reason = "signal handlers are set through the C library, and a child prepares itself between fork and exec"
)]

use std::fs::File;
use std::io::{self, PipeWriter, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child as Spawned, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};
use std::{env, process, ptr, thread};

use rustix::fs::{Mode, fchmod, fstat};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{Signal, getppid, set_parent_process_death_signal};

use super::Role;

/// Marks a child: its role, the parent's process id and the number of the pipe that is the child's standard input.
const MARK: &str = "CLUSTER_CHILD";

/// This program, also when a newer one has been built in its place.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// Children that live.
static LIVING: AtomicUsize = AtomicUsize::new(0);

/// Whether one of them keeps a server.
static KEEPS: AtomicBool = AtomicBool::new(false);

/// Whether this process is a child of this crate.
static CHILD: AtomicBool = AtomicBool::new(false);

/// What can be said of this system before anything is started.
pub(crate) fn available() -> Result<(), String> {
    if Path::new(OWN_PROGRAM).exists() {
        return Ok(());
    }
    Err(format!("an engine is started as {OWN_PROGRAM}, and /proc is not there: mount it"))
}

/// Whether this process is a child of this crate.
pub(crate) fn is_child() -> bool {
    CHILD.load(Ordering::Relaxed)
}

/// The program's own file.
pub(crate) fn own_program() -> io::Result<File> {
    File::open(OWN_PROGRAM)
}

/// Makes a program of a file that was written: nobody can write to it any more, and those who can start this process can start it.
pub(crate) fn as_program(file: File) -> io::Result<File> {
    fchmod(&file, Mode::RWXU)?;
    // The system starts no file that is open for writing.
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// A child process: this same program in another role, or another one in the role of an engine.
#[derive(Debug)]
pub(crate) struct Child {
    spawned: Mutex<Spawned>,
    /// The end of the pipe that is the child's standard input.
    line: Mutex<Option<PipeWriter>>,
    living: AtomicBool,
}

impl Child {
    /// Starts this program once more and writes it some bytes. It is killed when this process ends, however that comes about, or it is a
    /// keeper and sees it by the end of its input.
    pub(crate) fn start(role: Role, bytes: &[u8]) -> io::Result<Self> {
        let mut command = Command::new(OWN_PROGRAM);
        command.arg0(env::args_os().next().unwrap_or_default());
        Self::start_command(role, command, bytes)
    }

    /// Starts another program in the same way: one that is a file of [`as_program`].
    pub(crate) fn start_program(role: Role, program: &File, name: &str, bytes: &[u8]) -> io::Result<Self> {
        let path = format!("/proc/self/fd/{}", program.as_raw_fd());
        let mut command = Command::new(path);
        command.arg0(name);
        Self::start_command(role, command, bytes)
    }

    fn start_command(role: Role, mut command: Command, bytes: &[u8]) -> io::Result<Self> {
        say_when_interrupted();
        let (theirs, mut ours) = io::pipe()?;
        let mark = format!("{}:{}:{}", role.word(), process::id(), fstat(&theirs)?.st_ino);
        command.env(MARK, mark).stdin(Stdio::from(theirs));
        if role == Role::Keeper {
            command.stdout(Stdio::piped());
            KEEPS.store(true, Ordering::Relaxed);
        }
        let spawned = spawn(command)?;
        LIVING.fetch_add(usize::from(role == Role::Engine), Ordering::Relaxed);
        let living = AtomicBool::new(role == Role::Engine);
        ours.write_all(bytes)?;
        Ok(Self { spawned: Mutex::new(spawned), line: Mutex::new(Some(ours)), living })
    }

    pub(crate) fn id(&self) -> u32 {
        self.lock().id()
    }

    /// What the child prints: once, and of a keeper.
    pub(crate) fn output(&self) -> Option<ChildStdout> {
        self.lock().stdout.take()
    }

    /// Writes to the child.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.write_all(bytes)
    }

    /// Kills the process. It is no error if it has ended already.
    pub(crate) fn kill(&self) {
        let _ = self.lock().kill();
    }

    /// How the process ended; `None` while it runs.
    pub(crate) fn ended(&self) -> Option<String> {
        let status = self.lock().try_wait().ok().flatten()?;
        if self.living.swap(false, Ordering::Relaxed) {
            LIVING.fetch_sub(1, Ordering::Relaxed);
        }
        Some(status.to_string())
    }

    /// Waits for the end of the process, which does not end by itself: it was killed.
    pub(crate) fn wait(&self) {
        let _ = self.lock().wait();
        let _ = self.ended();
    }

    /// Lets the child read the end of its input, and waits so long for its end.
    pub(crate) fn hang_up(&self, patience: Duration) -> bool {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).take();
        let until = Instant::now() + patience;
        while self.ended().is_none() {
            if Instant::now() > until {
                return false;
            }
            thread::sleep(Duration::from_millis(1));
        }
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Spawned> {
        self.spawned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Child {
    /// No process outlives its handle.
    fn drop(&mut self) {
        self.kill();
        self.wait();
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

/// In a child, its role and what its parent writes; in any other process, nothing.
///
/// An engine sees to it that it ends with its parent. A keeper outlives it, to tidy up, and is not to be disturbed at that.
pub(crate) fn role() -> Option<(Role, File)> {
    let mark = env::var(MARK).ok()?;
    let mut words = mark.split(':');
    let word = words.next()?;
    let role = [Role::Engine, Role::Host, Role::Keeper].into_iter().find(|role| role.word() == word)?;
    let (parent, pipe) = (words.next()?, words.next()?);
    // A grandchild has the variable from its parent's environment, and another standard input.
    let stdin = io::stdin();
    if fstat(&stdin).ok()?.st_ino.to_string() != pipe {
        return None;
    }
    let death = if role == Role::Keeper { None } else { Some(Signal::KILL) };
    let prepared = set_parent_process_death_signal(death)
        .and_then(|()| fcntl_dupfd_cloexec(&stdin, 3))
        .map_err(io::Error::from)
        .and_then(|line| {
            rustix::stdio::dup2_stdin(&File::open("/dev/null")?)?;
            Ok(line)
        });
    // The parent may have ended before the system was asked to tell.
    let orphaned = getppid().is_none_or(|now| now.as_raw_nonzero().to_string() != parent);
    let line: OwnedFd = match prepared {
        Ok(line) if !orphaned => line,
        _ => process::exit(1),
    };
    let ignored: &[i32] = match role {
        // Ctrl-C reaches the whole group of processes; what becomes of the children is the parent's to decide.
        Role::Engine | Role::Host => &[libc::SIGINT],
        Role::Keeper => &[libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT],
    };
    for signal in ignored {
        // SAFETY: ignoring a signal has no preconditions.
        unsafe { libc::signal(*signal, libc::SIG_IGN) };
    }
    CHILD.store(true, Ordering::Relaxed);
    Some((role, File::from(line)))
}

/// Lets a program that is not ours end with this process.
pub(crate) fn ends_with_us(command: &mut Command) {
    let parent = process::id();
    // SAFETY: between fork and exec the closure makes system calls and nothing else.
    unsafe {
        command.pre_exec(move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            match getppid() {
                Some(now) if now.as_raw_nonzero().get() as u32 == parent => Ok(()),
                _ => Err(io::ErrorKind::NotFound.into()),
            }
        });
    }
    // Ctrl-C is ours to answer.
    command.process_group(0);
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

/// Says how many engines Ctrl-C ends, and lets it end them: this process by the signal, the others with it.
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
    let server = if KEEPS.load(Ordering::Relaxed) { &b" engines and its server\n"[..] } else { b" engines\n" };
    // SAFETY: write, signal and raise may be called in a signal handler; the texts outlive the calls.
    unsafe {
        for text in [&b"interrupted: this process ends, and with it "[..], &digits[first..], server] {
            libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len());
        }
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}
