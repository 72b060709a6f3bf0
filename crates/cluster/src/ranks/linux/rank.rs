//! What a rank does: the functions that its program asks for, until the program is gone.

use std::env;
use std::fs;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::os::unix::process::parent_id;
use std::panic;
use std::process::{self, exit};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, Builder};
use std::time::Duration;

use mpi::Threading;
use mpi::environment::{self, Universe};
use mpi::topology::{Communicator, SimpleCommunicator};
use rustix::net::sockopt::socket_peercred;
use rustix::process::{Signal, geteuid, getpid, kill_process, set_parent_process_death_signal};

use super::board::Board;
use super::launcher::MARK;
use super::wire::{Order, Place, Said, receive, send};
use crate::ranks::registered::find;
use crate::ranks::{Desk, Error, World, mismatch};

/// What launchers tell a process of its number and of the size of its world.
const TOLD: [(&str, &str); 2] = [("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE")];

/// A rank's connection to the program that wants something computed.
struct Rank {
    line: UnixStream,
    /// Held while something is sent.
    sending: Mutex<()>,
    /// The process id of the program.
    program: u32,
    /// Its number, as its launcher has told it.
    number: usize,
}

impl Rank {
    fn say(&self, said: &Said) {
        // What panics while it sends still has to say so.
        let _sending = self.sending.try_lock();
        if send(&self.line, said).is_err() {
            die();
        }
    }

    /// Says why it does not work, and waits until it is ended: with the connection.
    fn refuse(&self, why: String) -> ! {
        self.say(&Said::Refused { rank: self.number, why });
        loop {
            thread::park();
        }
    }
}

/// In a rank: works, and does not return.
pub(in crate::ranks) fn work_if_rank() {
    let Ok(mark) = env::var(MARK) else { return };
    // What a rank starts has its environment.
    let program = |process: &str| fs::metadata(format!("/proc/{process}/exe")).map(|file| (file.dev(), file.ino()));
    if program(&parent_id().to_string()).ok() == program("self").ok() {
        return;
    }
    let Some((name, asked)) = mark.split_once(':') else { return };
    let Ok(asked) = asked.parse() else { return };
    // Not every launcher notices the end of its helper that has started this rank.
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        fail(&format!("this rank would outlive its launcher: {error}"));
    }
    let connected = SocketAddr::from_abstract_name(name).and_then(|name| UnixStream::connect_addr(&name));
    let (line, peer) = match connected.and_then(|line| Ok((line.try_clone()?, socket_peercred(&line)?))) {
        Ok(connected) if connected.1.uid == geteuid() => connected,
        Ok(_) => fail("the program that has started this rank belongs to somebody else"),
        Err(error) => {
            fail(&format!("this rank does not reach the program that has started it, on the same machine: {error}"))
        }
    };
    let told = TOLD.into_iter().find_map(|(rank, size)| Some((number(rank)?, (size, number(size)?))));
    let number = told.map_or(0, |(rank, _)| rank);
    let program = peer.pid.as_raw_nonzero().get() as u32;
    serve(Arc::new(Rank { line, sending: Mutex::new(()), program, number }), asked, told.map(|told| told.1))
}

fn number(variable: &str) -> Option<usize> {
    env::var(variable).ok()?.parse().ok()
}

fn fail(why: &str) -> ! {
    eprintln!("{why}");
    exit(1)
}

/// Ends this rank at once, whatever its threads and the MPI library are at.
fn die() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    process::abort()
}

/// Reads orders until the program hangs up or ends: then this rank does too.
fn listen(rank: &Rank, orders: &Sender<Order>) {
    while let Ok(order) = receive(&rank.line) {
        if orders.send(order).is_err() {
            break;
        }
    }
    die()
}

fn serve(rank: Arc<Rank>, asked: usize, told: Option<(&str, usize)>) -> ! {
    let (sender, orders) = channel();
    let listening = Arc::clone(&rank);
    let listener = Builder::new().name("hears the program".to_owned());
    if let Err(error) = listener.spawn(move || listen(&listening, &sender)) {
        fail(&format!("a rank gets no thread: {error}"));
    }
    abort_on_panic(Arc::clone(&rank));
    // The calls are made by the main thread, also in a rank that has others.
    let Some((universe, threading)) = environment::initialize_with_threading(Threading::Funneled) else {
        rank.refuse("MPI was initialised before".to_owned());
    };
    let world = World::new(universe.world());
    let library = environment::library_version().unwrap_or_default();
    if let Some(why) = mismatch(asked, told, world.size(), &library) {
        rank.refuse(why);
    }
    if threading < Threading::Funneled {
        rank.refuse(format!("this MPI library allows no threads beside the one that calls it: {}", library.trim()));
    }
    rank.say(&Said::Ready { rank: world.rank() });
    let mut board = None;
    loop {
        match orders.recv() {
            Ok(Order::Run { function, argument, desk }) => {
                let done = run(&rank, &world, &mut board, &function, &argument, desk);
                rank.say(&match done {
                    Ok(()) => Said::Done,
                    Err(error) => Said::Refused { rank: world.rank(), why: error.to_string() },
                });
            }
            Ok(Order::Finish) => finish(universe),
            Err(_) => die(),
        }
    }
}

fn run(
    rank: &Rank,
    world: &World,
    board: &mut Option<(Place, Board)>,
    function: &str,
    argument: &[u8],
    desk: Option<(usize, usize, Place)>,
) -> Result<(), Error> {
    let call = find(function).ok_or_else(|| Error::NotRegistered(function.to_owned()))?;
    let Some((numbers, answer, place)) = desk else {
        return call(world, argument, None);
    };
    if board.as_ref().is_none_or(|(known, _)| *known != place) {
        let refused = |error| Error::System(format!("rank 0 does not see the memory of its program: {error}"));
        *board = Some((place, Board::of_process(rank.program, place).map_err(refused)?));
    }
    let (_, memory) = board.as_mut().expect("it has just been opened");
    call(world, argument, Some(Desk::in_memory(memory.memory(), numbers, answer)))
}

/// `MPI_Finalize`, and the end.
fn finish(universe: Universe) -> ! {
    drop(universe);
    exit(0)
}

/// A rank that panics ends the others, which would wait for it without end.
fn abort_on_panic(rank: Arc<Rank>) {
    let main = thread::current().id();
    panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("something that is no text");
        rank.say(&Said::Panicked { rank: rank.number, message: format!("{text}{place}") });
        let initialised = environment::is_initialized() && !environment::is_finalized();
        if initialised && thread::current().id() == main {
            SimpleCommunicator::world().abort(1);
        }
        // The program ends all of them when it has heard that.
        thread::sleep(Duration::from_secs(1));
        die()
    }));
}
