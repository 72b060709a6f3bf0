//! Kernels on a graphics card.

#[cfg(feature = "cuda")]
mod cuda;
mod driver;
mod error;
mod signature;

pub use driver::{Adapter, AdapterKind, Arithmetic, Language, Resources};
pub use error::GpuError;
pub use signature::{Parameter, Scalar};
use validation::Ladder;

/// The steps of this crate, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    Vec::new()
}
