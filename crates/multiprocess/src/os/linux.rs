//! Linux: socket pairs, process file descriptors, sealed memory files, robust mutexes.

#![expect(unsafe_code, reason = "signal handlers and robust mutexes are reached through the C library")]

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child as Spawned, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use std::{env, process, ptr, slice, thread};

use memmap2::{Mmap, MmapOptions, MmapRaw};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fs::{
    FallocateFlags, MemfdFlags, SealFlags, fallocate, fcntl_add_seals, fcntl_get_seals, fstat, memfd_create,
};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType, recv, recvmsg, sendmsg, socketpair,
};
use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, getppid, pidfd_open, pidfd_send_signal, prlimit,
    set_parent_process_death_signal,
};

use super::{HEADER, Idle, Lost, Message};

/// Marks a child: the parent's process id and the number of the socket that is the child's standard input.
const MARK: &str = "MULTIPROCESS_CHILD_OF";

/// The most memories that go along with one message.
pub(crate) const MEMORIES: usize = 32;

/// How many mappings a child keeps for the next message that mentions them.
const KEPT: usize = 8;

/// Children that live.
static LIVING: AtomicUsize = AtomicUsize::new(0);

/// Whether this process is a child.
static CHILD: AtomicBool = AtomicBool::new(false);

/// What can be said of this system before anything is started.
pub(crate) fn available() -> Result<(), String> {
    Ok(())
}

/// One end of a connection between two processes.
#[derive(Debug)]
pub(crate) struct Line {
    socket: OwnedFd,
}

impl Line {
    /// Sends a message. `process` is watched: if it ends, nobody will read.
    pub(crate) fn send(
        &self,
        message: &Message,
        process: Option<&OwnedFd>,
        deadline: Option<Instant>,
    ) -> Result<(), Lost> {
        let files: Vec<BorrowedFd<'_>> = message.memories.iter().map(|memory| memory.file.as_fd()).collect();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MEMORIES))];
        let mut sent = 0;
        while sent < message.bytes.len() {
            let mut control = SendAncillaryBuffer::new(&mut space);
            // The memories go with the first byte.
            if sent == 0 && !files.is_empty() && !control.push(SendAncillaryMessage::ScmRights(&files)) {
                let why = format!("a message takes {MEMORIES} shared memories at most, not {}", files.len());
                return Err(Lost::System(io::Error::other(why)));
            }
            let wait = if process.is_some() { SendFlags::DONTWAIT } else { SendFlags::empty() };
            match sendmsg(
                &self.socket,
                &[IoSlice::new(&message.bytes[sent..])],
                &mut control,
                SendFlags::NOSIGNAL | wait,
            ) {
                Ok(bytes) => sent += bytes,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT, process, deadline)?,
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(Lost::Ended),
                Err(error) => return Err(Lost::System(error.into())),
            }
        }
        Ok(())
    }

    /// Receives a message. `process` is watched: if it ends, none will come.
    pub(crate) fn receive(&self, process: Option<&OwnedFd>, deadline: Option<Instant>) -> Result<Message, Lost> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MEMORIES))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut files: Vec<OwnedFd> = Vec::new();
        let mut first = [0; 4096];
        let mut got = 0;
        while got < HEADER {
            self.wait_if_watched(process, deadline)?;
            let mut into = [IoSliceMut::new(&mut first[got..])];
            match recvmsg(&self.socket, &mut into, &mut control, RecvFlags::CMSG_CLOEXEC) {
                Ok(received) if received.bytes == 0 => return Err(Lost::Ended),
                Ok(received) => got += received.bytes,
                Err(Errno::INTR) => continue,
                Err(Errno::CONNRESET) => return Err(Lost::Ended),
                Err(error) => return Err(Lost::System(error.into())),
            }
            for message in control.drain() {
                if let RecvAncillaryMessage::ScmRights(rights) = message {
                    files.extend(rights);
                }
            }
        }
        let length =
            u64::from_le_bytes([first[0], first[1], first[2], first[3], first[4], first[5], first[6], first[7]]);
        let length = HEADER + usize::try_from(length).map_err(|_| Lost::System(io::ErrorKind::InvalidData.into()))?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| Lost::System(io::ErrorKind::OutOfMemory.into()))?;
        bytes.extend_from_slice(&first[..got.min(length)]);
        while bytes.len() < length {
            self.wait_if_watched(process, deadline)?;
            match recv(&self.socket, rustix::buffer::spare_capacity(&mut bytes), RecvFlags::empty()) {
                Ok((_, 0)) | Err(Errno::CONNRESET) => return Err(Lost::Ended),
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(Lost::System(error.into())),
            }
        }
        let memories = files.into_iter().map(Memory::received).collect::<io::Result<_>>().map_err(Lost::System)?;
        Ok(Message { bytes, memories })
    }

    fn wait_if_watched(&self, process: Option<&OwnedFd>, deadline: Option<Instant>) -> Result<(), Lost> {
        if process.is_some() { self.wait(PollFlags::IN, process, deadline) } else { Ok(()) }
    }

    /// Waits until the socket is ready, the process has ended, or the deadline is over.
    fn wait(&self, ready: PollFlags, process: Option<&OwnedFd>, deadline: Option<Instant>) -> Result<(), Lost> {
        // What was sent before the end is still there to be read.
        match wait_for((self.socket.as_fd(), ready), process, deadline).map_err(Lost::System)? {
            (true, _) => Ok(()),
            (false, true) => Err(Lost::Ended),
            (false, false) => Err(Lost::TimedOut),
        }
    }
}

/// Waits for a file, the end of a process, or a deadline, and says which of the first two have come.
fn wait_for(
    (file, ready): (BorrowedFd<'_>, PollFlags),
    process: Option<&OwnedFd>,
    deadline: Option<Instant>,
) -> io::Result<(bool, bool)> {
    let process = process.map_or(file, AsFd::as_fd);
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = left.map(|left| Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() });
        let mut fds = [PollFd::from_borrowed_fd(file, ready), PollFd::from_borrowed_fd(process, PollFlags::IN)];
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) if left.is_some_and(|left| left.is_zero()) => return Ok((false, false)),
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok((!fds[0].revents().is_empty(), !fds[1].revents().is_empty())),
            Err(error) => return Err(error.into()),
        }
    }
}

/// What a waiting thread is woken with.
#[derive(Debug)]
pub(crate) struct Wake {
    event: OwnedFd,
}

impl Wake {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { event: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)? })
    }

    /// Wakes the one who waits, or the next one who will.
    pub(crate) fn signal(&self) {
        // A counter that is full wakes too.
        let _ = rustix::io::write(&self.event, &1_u64.to_ne_bytes());
    }

    /// Waits until it is signalled.
    pub(crate) fn wait(&self) {
        let _ = wait_for((self.event.as_fd(), PollFlags::IN), None, None);
        self.clear();
    }

    fn clear(&self) {
        let _ = rustix::io::read(&self.event, &mut [0; 8]);
    }
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
        // The link leads to the program that runs, even when a newer one has been built in its place.
        let mut command = Command::new(program.unwrap_or("/proc/self/exe".as_ref()));
        command.arg0(env::args_os().next().unwrap_or_default()).env(MARK, mark).stdin(Stdio::from(theirs));
        let spawned = spawn(command)?;
        let id = spawned.id();
        let pid = Pid::from_raw(id as i32).ok_or(io::ErrorKind::NotFound)?;
        // Nobody else waits for this child, so its id is still its own.
        let process = pidfd_open(pid, PidfdFlags::empty())?;
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
    pub(crate) fn send(&self, message: &Message, deadline: Option<Instant>) -> Result<(), Lost> {
        self.line.send(message, Some(&self.process), deadline)
    }

    /// Receives a message.
    pub(crate) fn receive(&self, deadline: Option<Instant>) -> Result<Message, Lost> {
        self.line.receive(Some(&self.process), deadline)
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
    static ORDERS: OnceLock<Mutex<Sender<Order>>> = OnceLock::new();
    let orders = ORDERS.get_or_init(|| {
        let (orders, taken) = channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in taken {
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(orders)
    });
    let (answer, answered) = channel();
    let gone = || io::Error::other("the thread that starts processes has ended");
    orders.lock().unwrap_or_else(PoisonError::into_inner).send((command, answer)).map_err(|_| gone())?;
    answered.recv().map_err(|_| gone())?
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
    CHILD.store(true, Ordering::Relaxed);
    Some(Line { socket })
}

/// Whether this process is a child.
pub(crate) fn is_child() -> bool {
    CHILD.load(Ordering::Relaxed)
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

/// Memory that several processes can see: a file without a name, in no folder, gone with the last process that has it.
#[derive(Debug)]
pub(crate) struct Memory {
    file: OwnedFd,
    map: Map,
}

#[derive(Debug)]
enum Map {
    Writable(MmapRaw),
    Sealed(Mmap),
}

impl Memory {
    fn file(bytes: usize) -> io::Result<OwnedFd> {
        let file = memfd_create("multiprocess", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        // Pages that cannot be had are an error here, and not a signal at the first touch.
        loop {
            match fallocate(&file, FallocateFlags::empty(), 0, bytes.max(1) as u64) {
                Err(Errno::INTR) => {}
                other => break other?,
            }
        }
        Ok(file)
    }

    /// Memory of at least one byte, all zero, which all who have it can write.
    pub(crate) fn create(bytes: usize) -> io::Result<Self> {
        let file = Self::file(bytes)?;
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        let map = MmapOptions::new().len(bytes.max(1)).populate().map_raw(&file)?;
        Ok(Self { file, map: Map::Writable(map) })
    }

    /// Memory that `fill` writes once, and nobody after: the system refuses to map it for writing.
    pub(crate) fn sealed(bytes: usize, fill: impl FnOnce(&mut [u8])) -> io::Result<Self> {
        let file = Self::file(bytes)?;
        let map = MmapOptions::new().len(bytes.max(1)).populate().map_raw(&file)?;
        // SAFETY: the mapping has so many bytes, all zero; it and the file are known to nobody else yet.
        fill(unsafe { slice::from_raw_parts_mut(map.as_mut_ptr(), bytes) });
        drop(map);
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL)?;
        let map = MmapOptions::new().populate().map_if_safe(&file)?;
        Ok(Self { file, map: Map::Sealed(map) })
    }

    /// Memory that has come with a message. A child keeps the mappings that it has used last.
    fn received(file: OwnedFd) -> io::Result<Arc<Self>> {
        static KEEP: Mutex<VecDeque<(u64, Arc<Memory>)>> = Mutex::new(VecDeque::new());
        if !is_child() {
            return Self::mapped(file).map(Arc::new);
        }
        // As long as the mapping is kept, no other file can have its number.
        let number = fstat(&file)?.st_ino;
        let mut kept = KEEP.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().position(|(of, _)| *of == number).and_then(|place| kept.remove(place));
        let memory = match found {
            Some((_, memory)) => memory,
            None => Arc::new(Self::mapped(file)?),
        };
        kept.push_front((number, memory.clone()));
        kept.truncate(KEPT);
        Ok(memory)
    }

    fn mapped(file: OwnedFd) -> io::Result<Self> {
        let seals = fcntl_get_seals(&file)?;
        if seals.contains(SealFlags::WRITE) {
            let map = MmapOptions::new().populate().map_if_safe(&file)?;
            return Ok(Self { file, map: Map::Sealed(map) });
        }
        if !seals.contains(SealFlags::SHRINK) {
            return Err(io::Error::other("a file that could shrink cannot be shared"));
        }
        let map = MmapOptions::new().populate().map_raw(&file)?;
        Ok(Self { file, map: Map::Writable(map) })
    }

    /// The first byte. What is sealed must not be written.
    pub(crate) fn as_ptr(&self) -> *mut u8 {
        match &self.map {
            Map::Writable(map) => map.as_mut_ptr(),
            Map::Sealed(map) => map.as_ptr().cast_mut(),
        }
    }

    pub(crate) fn is_sealed(&self) -> bool {
        matches!(self.map, Map::Sealed(_))
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        match &self.map {
            Map::Writable(map) => map.len(),
            Map::Sealed(map) => map.len(),
        }
    }
}

/// What came of taking a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It was free, or has been given back.
    Well,
    /// Whoever had it ended without giving it back.
    FromTheDead,
    /// This thread has it already.
    Already,
    /// It is somebody else's.
    NotNow,
}

/// Makes a lock at the beginning of a memory that nobody else has yet.
pub(crate) fn make_lock(memory: &Memory) -> io::Result<()> {
    let check = |code: libc::c_int| if code == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(code)) };
    assert!(!memory.is_sealed() && memory.len() >= size_of::<libc::pthread_mutex_t>(), "a lock needs memory to write");
    let mut attributes = MaybeUninit::uninit();
    // SAFETY: the attributes are initialised by the first call and destroyed by the last; the memory is writable, large enough, aligned
    // to a page, and nobody else's.
    unsafe {
        check(libc::pthread_mutexattr_init(attributes.as_mut_ptr()))?;
        let made = check(libc::pthread_mutexattr_setpshared(attributes.as_mut_ptr(), libc::PTHREAD_PROCESS_SHARED))
            .and_then(|()| {
                check(libc::pthread_mutexattr_setrobust(attributes.as_mut_ptr(), libc::PTHREAD_MUTEX_ROBUST))
            })
            .and_then(|()| {
                check(libc::pthread_mutexattr_settype(attributes.as_mut_ptr(), libc::PTHREAD_MUTEX_ERRORCHECK))
            })
            .and_then(|()| check(libc::pthread_mutex_init(memory.as_ptr().cast(), attributes.as_ptr())));
        libc::pthread_mutexattr_destroy(attributes.as_mut_ptr());
        made
    }
}

/// Takes a lock.
///
/// # Safety
/// [`make_lock`] has made a lock in this memory. The memory stays mapped until the same thread gives the lock back.
pub(crate) unsafe fn take_lock(memory: &Memory, wait: bool) -> Taken {
    let mutex = memory.as_ptr().cast();
    // SAFETY: the caller vouches for the mutex.
    let code = unsafe { if wait { libc::pthread_mutex_lock(mutex) } else { libc::pthread_mutex_trylock(mutex) } };
    match code {
        0 => Taken::Well,
        libc::EBUSY => Taken::NotNow,
        libc::EDEADLK => Taken::Already,
        libc::EOWNERDEAD => {
            // SAFETY: this thread has the mutex now, from somebody who has ended.
            unsafe { libc::pthread_mutex_consistent(mutex) };
            Taken::FromTheDead
        }
        code => panic!("a lock between processes cannot be taken: {}", io::Error::from_raw_os_error(code)),
    }
}

/// Gives a lock back.
///
/// # Safety
/// This thread has taken it.
pub(crate) unsafe fn give_lock_back(memory: &Memory) {
    // SAFETY: the caller vouches for it.
    unsafe { libc::pthread_mutex_unlock(memory.as_ptr().cast()) };
}

/// How long a child may take to end by itself.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
