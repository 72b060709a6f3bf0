//! Linux: sockets with names that are no files, process file descriptors, memory files.

mod board;
mod launcher;
#[cfg(feature = "mpi")]
mod rank;
mod start;
mod team;
mod wait;
mod wire;

#[cfg(feature = "mpi")]
pub(super) use rank::work_if_rank;
pub(super) use start::available;
pub use team::Ranks;

/// Without the feature this program starts no ranks, and is none.
#[cfg(not(feature = "mpi"))]
pub(super) fn work_if_rank() {}
