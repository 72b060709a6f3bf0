//! Processes: pools of them, memory that they share, and what happens when one dies.
//!
//! A thread sees everything that its process has. A process sees nothing of another one: what it is to work on must be sent to it, and
//! the results sent back, unless both can see the same pages of memory. This crate has both ways, and shows what each costs:
//!
//! - [`Process`] runs one function in a process of its own.
//! - [`Pool`] keeps workers and gives them tasks; inputs and results travel as bytes, by serde.
//! - [`SharedArray`], [`FrozenArray`] and [`SharedValue`] are memory that several processes see; [`Lock`] is for what two of them must not
//!   do at once.
//!
//! A child runs this same program. What it is to do is a function with a name, registered with [`task!`], and the program lets
//! it begin with [`init`], the first line of its main function:
//!
//! ```
//! use multiprocess::{Pool, task};
//!
//! fn square(x: u64) -> u64 {
//!     x * x
//! }
//! task!(square);
//!
//! fn main() -> Result<(), multiprocess::Error> {
//!     multiprocess::init();
//!     let pool = Pool::options().workers(2).start()?;
//!     assert_eq!(pool.map(square, 0..5)?, [0, 1, 4, 9, 16]);
//!     pool.join()
//! }
//! ```
//!
//! Linux only for now: on other systems everything compiles, and a pool says that it is unavailable.

mod ends;
mod error;
pub mod expression;
mod lock;
pub mod mandelbrot;
mod os;
mod panics;
pub mod particles;
pub mod pi;
mod pool;
mod prepared;
mod process;
mod reasons;
mod shared;
mod stall;
mod task;
mod wire;
mod worker;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use error::Error;
pub use lock::{Guard, Lock};
pub use numbers::Numbers;
pub use pool::{AsyncResult, Options, Pool, Traffic, Unordered};
pub use process::Process;
pub use shared::{FrozenArray, Number, SharedArray, SharedValue};
use validation::{Ladder, ladder};

/// What the macros of this crate need.
#[doc(hidden)]
pub mod private {
    pub use inventory::submit;

    pub use crate::task::Registered;
}

/// Whether this program lets its children work.
static INITIALISED: AtomicBool = AtomicBool::new(false);

// ANCHOR: init
/// The first line of the main function of a program that starts processes.
///
/// A child runs the same program from its beginning. In a child this line does the child's work and does not return; in any other
/// process it notes that it was there. A program without it is refused its first child, which would start the program over, and with
/// it children of its own, without end.
pub fn init() {
    INITIALISED.store(true, Ordering::Relaxed);
    if let Some(line) = os::line_to_parent() {
        worker::serve(&line);
    }
}
// ANCHOR_END: init

/// How long the workers of this crate's steps may use no processor time: none of them waits for anything but a processor. See
/// [`Options::stall_limit`].
pub const STALL_LIMIT: Duration = Duration::from_secs(20);

/// What a mutex holds, also after a panic: nothing here is left half done by one.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether this process may start others.
fn may_start() -> Result<(), Error> {
    os::available().map_err(Error::Unavailable)?;
    if os::is_child() {
        return Err(Error::Nested);
    }
    if !INITIALISED.load(Ordering::Relaxed) {
        return Err(Error::NotInitialised);
    }
    Ok(())
}

/// The steps of this crate, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![ladder(mandelbrot::STEPS), ladder(expression::STEPS), ladder(particles::STEPS), ladder(pi::STEPS)]
}
