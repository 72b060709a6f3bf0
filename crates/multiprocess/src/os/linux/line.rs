//! Connections: pairs of sockets, over which bytes and open files go.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, recv,
    recvmsg, sendmsg,
};

use super::errors::explained;
use super::memory::Memory;
use crate::os::{HEADER, Lost, Message, Patience, after};

/// The most files that the kernel takes along in one call (`SCM_MAX_FD`).
const FILES: usize = 253;

/// How long a child keeps mappings while nothing comes.
const KEPT_FOR: Duration = Duration::from_millis(100);

/// One end of a connection between two processes.
#[derive(Debug)]
pub(crate) struct Line {
    pub(super) socket: OwnedFd,
}

impl Line {
    /// Sends a message. `process` is watched: if it ends, nobody will read.
    pub(crate) fn send(
        &self,
        message: &Message,
        process: Option<&OwnedFd>,
        patience: Patience<'_>,
    ) -> Result<(), Lost> {
        let files: Vec<BorrowedFd<'_>> = message.memories.iter().map(|memory| memory.as_fd()).collect();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FILES))];
        // Each byte can take some files along, and the body mentions every one of them: there are more bytes than it takes.
        let mut groups = files.chunks(FILES).peekable();
        let mut sent = 0;
        while sent < message.bytes.len() {
            let mut control = SendAncillaryBuffer::new(&mut space);
            let group = groups.peek().copied().unwrap_or_default();
            if !group.is_empty() && !control.push(SendAncillaryMessage::ScmRights(group)) {
                return Err(Lost::System(io::Error::other("shared memories do not go along with a message")));
            }
            let end = if group.len() < FILES { message.bytes.len() } else { sent + 1 };
            let wait = if process.is_some() { SendFlags::DONTWAIT } else { SendFlags::empty() };
            let part = [IoSlice::new(&message.bytes[sent..end])];
            match sendmsg(&self.socket, &part, &mut control, SendFlags::NOSIGNAL | wait) {
                Ok(bytes) => {
                    sent += bytes;
                    groups.next();
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT, process, patience)?,
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(Lost::Ended),
                Err(error) => return Err(Lost::System(error.into())),
            }
        }
        Ok(())
    }

    /// Receives a message. `process` is watched: if it ends, none will come.
    pub(crate) fn receive(&self, process: Option<&OwnedFd>, patience: Patience<'_>) -> Result<Message, Lost> {
        let mut files: Vec<OwnedFd> = Vec::new();
        let mut first = [0; 4096];
        let mut got = 0;
        while got < HEADER {
            got += self.part_with_files(&mut first[got..], &mut files, process, patience)?;
        }
        let mut length = [0; 8];
        length.copy_from_slice(&first[..8]);
        let length = u64::from_le_bytes(length);
        let expected = u32::from_le_bytes([first[12], first[13], first[14], first[15]]) as usize;
        let (mut bytes, length) = room(length)?;
        bytes.extend_from_slice(&first[..got.min(length)]);
        while bytes.len() < length && files.len() < expected {
            let part = (length - bytes.len()).min(first.len());
            let got = self.part_with_files(&mut first[..part], &mut files, process, patience)?;
            bytes.extend_from_slice(&first[..got]);
        }
        while bytes.len() < length {
            self.wait_if_watched(process, patience)?;
            match recv(&self.socket, rustix::buffer::spare_capacity(&mut bytes), RecvFlags::empty()) {
                Ok((_, 0)) | Err(Errno::CONNRESET) => return Err(Lost::Ended),
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(Lost::System(error.into())),
            }
        }
        // The message is whole, and the connection in order, even when its memories are not to be had.
        if files.len() != expected {
            let arrived = files.len();
            return Err(Lost::Refused(format!(
                "{arrived} of {expected} shared memories have arrived, as a process may not have more open files: raise `ulimit -n`"
            )));
        }
        let memories = files.into_iter().map(Memory::received).collect::<io::Result<_>>();
        Ok(Message { bytes, memories: memories.map_err(|error| Lost::Refused(explained(&error)))? })
    }

    /// Receives some bytes, and the files that come with them.
    fn part_with_files(
        &self,
        into: &mut [u8],
        files: &mut Vec<OwnedFd>,
        process: Option<&OwnedFd>,
        patience: Patience<'_>,
    ) -> Result<usize, Lost> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FILES))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        self.wait_if_watched(process, patience)?;
        match recvmsg(&self.socket, &mut [IoSliceMut::new(into)], &mut control, RecvFlags::CMSG_CLOEXEC) {
            Ok(received) if received.bytes == 0 => Err(Lost::Ended),
            Ok(received) => {
                for message in control.drain() {
                    if let RecvAncillaryMessage::ScmRights(rights) = message {
                        files.extend(rights);
                    }
                }
                Ok(received.bytes)
            }
            Err(Errno::INTR) => Ok(0),
            Err(Errno::CONNRESET) => Err(Lost::Ended),
            Err(error) => Err(Lost::System(error.into())),
        }
    }

    /// Receives a message in a child. The mappings of earlier messages are kept for the next one that mentions them, but not while there
    /// is nothing to do: the parent may have dropped the memory long ago.
    pub(crate) fn receive_in_child(&self) -> Result<Message, Lost> {
        if Memory::any_kept() {
            let next = wait_for((self.socket.as_fd(), PollFlags::IN), None, after(KEPT_FOR)).map_err(Lost::System)?;
            if next == (false, false) {
                Memory::forget_kept();
            }
        }
        self.receive(None, Patience::default())
    }

    fn wait_if_watched(&self, process: Option<&OwnedFd>, patience: Patience<'_>) -> Result<(), Lost> {
        if process.is_some() { self.wait(PollFlags::IN, process, patience) } else { Ok(()) }
    }

    /// Waits until the socket is ready, the process has ended, or the patience is over.
    fn wait(&self, ready: PollFlags, process: Option<&OwnedFd>, patience: Patience<'_>) -> Result<(), Lost> {
        loop {
            let look = patience.watch.and_then(|(every, _)| after(every));
            let until = [patience.deadline, look].into_iter().flatten().min();
            // What was sent before the end is still there to be read.
            match wait_for((self.socket.as_fd(), ready), process, until).map_err(Lost::System)? {
                (true, _) => return Ok(()),
                (false, true) => return Err(Lost::Ended),
                (false, false) => {}
            }
            if patience.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(Lost::TimedOut);
            }
            if patience.watch.is_some_and(|(_, stalled)| stalled()) {
                return Err(Lost::Stalled);
            }
        }
    }
}

/// Room for a message whose body is to have so many bytes, and how long it is with its header. `body` is a number that another process has sent, and that may be anything.
fn room(body: u64) -> Result<(Vec<u8>, usize), Lost> {
    let length = usize::try_from(body).ok().and_then(|body| body.checked_add(HEADER));
    let mut bytes = Vec::new();
    let reserved = length.filter(|length| bytes.try_reserve_exact(*length).is_ok());
    let refused = || Lost::System(io::Error::other(format!("there is no room for a message of {body} bytes")));
    reserved.map(|length| (bytes, length)).ok_or_else(refused)
}

/// Waits for a file, the end of a process, or a deadline, and says which of the first two have come.
pub(super) fn wait_for(
    (file, ready): (BorrowedFd<'_>, PollFlags),
    process: Option<&OwnedFd>,
    deadline: Option<Instant>,
) -> io::Result<(bool, bool)> {
    let process = process.map_or(file, AsFd::as_fd);
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = left.map(|left| Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        });
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
    pub(super) event: OwnedFd,
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

    pub(super) fn clear(&self) {
        let _ = rustix::io::read(&self.event, &mut [0; 8]);
    }
}
