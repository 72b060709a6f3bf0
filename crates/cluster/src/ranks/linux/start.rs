//! The start of ranks: this program under the launcher, and a connection to each of its copies.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::net::sockopt::socket_peercred;
use rustix::process::{PidfdFlags, Signal, geteuid, pidfd_open, pidfd_send_signal};

use super::launcher::{self, Launcher};
use super::wait::wait_for;
use super::wire::{Said, receive};
use crate::ranks::Error;
use crate::ranks::error::for_the_screen;

/// How long ranks may take until they are ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long one message may be on its way.
const MESSAGE: Duration = Duration::from_secs(10);

/// What starts ranks here, or why there is nothing.
pub(in crate::ranks) fn available() -> Result<Vec<OsString>, Error> {
    if cfg!(feature = "mpi") {
        return launcher::find();
    }
    let why =
        "this program was built without MPI; to mend: scripts/setup-cluster, and then build it with --features mpi";
    Err(Error::Unavailable(why.to_owned()))
}

/// The connection to a rank.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) stream: UnixStream,
    /// Its process id.
    pub(super) id: u32,
    process: OwnedFd,
}

impl Line {
    /// The connection to the caller, if it is a process of this user.
    fn accepted(stream: UnixStream) -> io::Result<Option<Self>> {
        let peer = socket_peercred(&stream)?;
        if peer.uid != geteuid() {
            return Ok(None);
        }
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(MESSAGE))?;
        stream.set_write_timeout(Some(MESSAGE))?;
        let process = pidfd_open(peer.pid, PidfdFlags::empty())?;
        Ok(Some(Self { stream, id: peer.pid.as_raw_nonzero().get() as u32, process }))
    }

    /// Ends the rank at once, also one that is stopped.
    pub(super) fn end(&self) {
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.end();
    }
}

/// A socket whose name is no file and goes with this process.
fn socket() -> io::Result<(UnixListener, String)> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    loop {
        let name = format!("cluster-ranks-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        match UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?) {
            Ok(listener) => {
                listener.set_nonblocking(true)?;
                return Ok((listener, name));
            }
            // Of a process with the same number in another container.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
}

/// Starts so many ranks, and waits until all are ready: the connections by rank, and the launcher.
pub(super) fn start(command: &[OsString], ranks: usize) -> Result<(Vec<Line>, Launcher), Error> {
    let system = |error: io::Error| Error::System(format!("the system gives no connection to ranks: {error}"));
    let (listener, name) = socket().map_err(system)?;
    let mut launcher = Launcher::start(command, ranks, &name)?;
    let until = Instant::now() + PATIENCE;
    let (mut ready, mut pending) = (BTreeMap::new(), Vec::<Line>::new());
    while ready.len() < ranks {
        let polled = [listener.as_fd(), launcher.process().as_fd()].into_iter();
        let polled = polled.chain(pending.iter().map(|line| line.stream.as_fd()));
        let polled: Vec<_> = polled.map(|file| (file, PollFlags::IN)).collect();
        let now = wait_for(&polled, until).map_err(system)?;
        // From behind: what has been taken out moves none that is still to be looked at.
        for place in (0..pending.len()).rev().filter(|place| now[2 + place]) {
            let line = pending.swap_remove(place);
            match receive::<Said>(&line.stream) {
                Ok(Said::Ready { rank }) if rank < ranks && !ready.contains_key(&rank) => {
                    ready.insert(rank, line);
                }
                Ok(Said::Refused { rank, why }) => return Err(Error::Refused { rank, why: for_the_screen(&why) }),
                Ok(Said::Panicked { rank, message }) => {
                    return Err(Error::Panicked { rank, message: for_the_screen(&message) });
                }
                Ok(said) => return Err(Error::Start(format!("one of them said {said:?}"))),
                Err(_) => {
                    launcher.end();
                    return Err(Error::Start(format!("one of them ended at its beginning: {}", launcher.words())));
                }
            }
        }
        if now[0] {
            while let Ok((stream, _)) = listener.accept() {
                pending.extend(Line::accepted(stream).map_err(system)?);
            }
        } else if now[1] {
            launcher.end();
            return Err(Error::Start(launcher.words()));
        } else if Instant::now() >= until {
            let words = launcher.words();
            let ready = ready.len();
            return Err(Error::Start(format!("{ready} of {ranks} were ready after {} s: {words}", PATIENCE.as_secs())));
        }
    }
    Ok((ready.into_values().collect(), launcher))
}
