//! The world that a rank sees: who else is there, and the calls by which all of them pass numbers at the same time.

#[cfg(feature = "mpi")]
mod messages;
#[cfg(feature = "mpi")]
pub use messages::*;

#[cfg(not(feature = "mpi"))]
mod nobody;
#[cfg(not(feature = "mpi"))]
pub use nobody::*;
