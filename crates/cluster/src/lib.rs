//! More machines: engines that work for a client, a queue that loses no task, and a view of all of them.
//!
//! Threads share memory, and processes can. Between machines there is only the wire: whatever a task needs is sent, and any machine may
//! be gone at any moment without a word. This crate has what ParallelPython and IPython's parallel machinery have, on a server
//! that others have written, [NATS](https://nats.io) with its JetStream:
//!
//! - An *engine* is a process that runs registered functions, on this machine or on another one: [`engine()`].
//! - A [`DirectView`] tells some engines what to do: push, pull, execute, apply, map, scatter, gather.
//! - A [`LoadBalancedView`] puts tasks on a queue that lies on a disk. Engines may be killed, and the server too: every result comes once.
//! - [`Statistics`] say what each engine did.
//! - A [`host()`] on another machine has not got the program: it fetches it from the server and starts an engine from it.
//! - [`ranks`] is the other way: the same program many times, over MPI, all of whose copies move together.
//!
//! ```no_run
//! use cluster::{Cluster, task};
//!
//! fn square(x: u64) -> u64 {
//!     x * x
//! }
//! task!(square);
//!
//! fn main() -> Result<(), cluster::Error> {
//!     cluster::init();
//!     let cluster = Cluster::options().engines(2).start()?;
//!     let rc = cluster.client();
//!     assert_eq!(rc.ids(), [0, 1]);
//!     assert_eq!(rc.direct_view(..)?.apply(square, 3)?, [9, 9]);
//!     assert_eq!(rc.load_balanced_view().map(square, 0..5)?, [0, 1, 4, 9, 16]);
//!     Ok(())
//! }
//! ```

mod balanced;
mod child;
mod client;
mod cluster;
mod connection;
mod direct;
mod engine;
mod engine_id;
mod engines;
mod error;
mod host;
mod hosts;
mod job;
mod keeper;
mod machine;
pub mod mandelbrot;
mod namespace;
mod options;
mod orders;
mod os;
pub mod particles;
mod parts;
pub mod pi;
mod post;
mod prepared;
mod present;
mod program;
mod queue;
pub mod ranks;
mod results;
mod server;
mod session;
mod shipping;
mod statistics;
mod store;
mod stripped;
mod task;
mod wire;

use std::sync::atomic::{AtomicBool, Ordering};

pub use balanced::{LoadBalancedView, Unordered};
pub use client::Client;
pub use cluster::{Cluster, OwnServer, use_server};
pub use connection::Credentials;
pub use direct::DirectView;
pub use engine::{EngineOptions, engine};
pub use engine_id::EngineId;
pub use error::Error;
pub use host::{HostOptions, host};
pub use namespace::Namespace;
pub use numbers::Numbers;
pub use options::{Acks, Options};
pub use present::{Present, Role, present};
pub use results::AsyncResult;
pub use statistics::{EngineStatistics, Statistics, TaskRecord, Traffic};
use validation::{Ladder, ladder};

/// What the macros of this crate need.
#[doc(hidden)]
pub mod private {
    pub use inventory::submit;

    pub use crate::task::Registered;
}

/// Whether this program lets its engines work.
static INITIALISED: AtomicBool = AtomicBool::new(false);

// ANCHOR: init
/// The first line of the main function of a program that starts engines.
///
/// An engine on this machine runs the same program from its beginning. There, this line does the engine's work and does not return; in any other
/// process it notes that it was there. A program without it is refused its first engine, which would start the program over.
pub fn init() {
    INITIALISED.store(true, Ordering::Relaxed);
    ranks::work_if_rank();
    match os::role() {
        Some((os::Role::Engine, line)) => child::serve_engine(&line),
        Some((os::Role::Host, line)) => child::serve_host(&line),
        Some((os::Role::Keeper, line)) => keeper::serve(line),
        None => {}
    }
}
// ANCHOR_END: init

/// The bytes of this program without what only debuggers need: enough to start it on another machine of this kind.
///
/// # Errors
/// When it cannot be read.
pub fn program() -> Result<Vec<u8>, Error> {
    store::own().map(|(_, bytes)| bytes)
}

/// Whether this process may start others.
fn may_start() -> Result<(), Error> {
    if os::is_child() {
        return Err(Error::Nested);
    }
    lets_engines_work()
}

/// Whether this program lets its engines work, here or elsewhere.
fn lets_engines_work() -> Result<(), Error> {
    if INITIALISED.load(Ordering::Relaxed) { Ok(()) } else { Err(Error::NotInitialised) }
}

/// The steps of this crate: for each problem a ladder of tasks, and one of ranks.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    let tasks = vec![ladder(mandelbrot::STEPS), ladder(particles::STEPS), ladder(pi::STEPS)];
    tasks.into_iter().chain(ranks::ladders()).collect()
}
