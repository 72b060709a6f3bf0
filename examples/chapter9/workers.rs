//! What several parts of the chapter start: a pool, and a task that does nothing.

use multiprocess::{Error, Pool, STALL_LIMIT, task};

/// A pool whose workers do not wait for anything but a processor, so that one that does nothing has been stopped.
pub(crate) fn pool(workers: usize) -> Result<Pool, Error> {
    Pool::options().workers(workers).stall_limit(STALL_LIMIT).start()
}

/// The task that does nothing: what is left is the way there and back.
pub(crate) fn nothing(_: ()) {}
task!(nothing);
