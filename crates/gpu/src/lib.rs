//! Kernels on a graphics card.

mod argument;
mod array;
#[cfg(feature = "cuda")]
mod cuda;
mod device;
mod driver;
mod elementwise;
mod error;
mod guards;
mod limits;
pub mod mandelbrot;
mod no_contraction;
mod portable;
mod prepared;
mod shader;
mod signature;
mod source;

pub use argument::{Argument, Element};
pub use array::{GpuArray, Operand, Real};
pub use device::{Counters, Gpu, Options, Times};
pub use driver::{Adapter, AdapterKind, Arithmetic, Language, Resources};
pub use elementwise::ElementwiseKernel;
pub use error::GpuError;
pub use limits::{Throughput, throughput};
pub use signature::{Parameter, Scalar};
pub use source::{SourceKernel, SourceOptions, Text};
use validation::{Ladder, ladder};

/// The steps of this crate, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![ladder(mandelbrot::STEPS)]
}
