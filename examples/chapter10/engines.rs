//! What several parts of the chapter start: engines, and a task that does nothing.

use cluster::{Cluster, Error, task};

/// A server and so many engines on this machine, ended when it is dropped.
pub(crate) fn engines(count: usize) -> Result<Cluster, Error> {
    Cluster::options().engines(count).start()
}

/// The task that does nothing: what is left is the way there and back.
pub(crate) fn nothing(_: ()) {}
task!(nothing);
