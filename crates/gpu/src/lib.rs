//! Kernels on a graphics card.

mod driver;
mod error;
mod guards;
mod kernels;
mod no_contraction;
mod signature;

pub use driver::{Adapter, AdapterKind, Arithmetic, Language, Resources};
pub use error::GpuError;
pub use signature::{Parameter, Scalar};
use validation::Ladder;

/// The steps of this crate, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    Vec::new()
}
