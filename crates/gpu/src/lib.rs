//! Kernels on a graphics card: whole arrays, elementwise, written by hand.
//!
//! A kernel is a function that is started once and runs in thousands of *invocations*, each of which finds out from its number which
//! element is its own. pyCUDA has three interfaces to write one, and this crate has the same three, over Vulkan, Metal, DirectX 12 and
//! (feature `cuda`) NVIDIA's own driver:
//!
//! - [`GpuArray`]: arrays with operators. Each operator is a kernel, and reads and writes every element.
//! - [`ElementwiseKernel`]: the body of a loop, as text. One kernel, however much the body does.
//! - [`SourceKernel`]: the whole kernel, as text, with a say in who takes which element.
//!
//! ```
//! use gpu::{ElementwiseKernel, Gpu, GpuArray, GpuError, SourceKernel, arguments};
//!
//! # fn main() -> Result<(), GpuError> {
//! let gpu = match Gpu::new() {
//!     // No card, and no driver that stands in for one: `why` has the command that installs one.
//!     Err(GpuError::Unavailable(why)) => return Ok(println!("{why}")),
//!     gpu => gpu?,
//! };
//! let (x, y) = (GpuArray::new(&gpu, &[1.0_f32, 2.0, 3.0]), GpuArray::new(&gpu, &[10.0, 20.0, 30.0]));
//!
//! // Two kernels, and an array between them.
//! assert_eq!((&x * 2.0 + &y).to_vec()?, [12.0, 24.0, 36.0]);
//!
//! // One kernel, whose loop over `i` is generated.
//! let saxpy = ElementwiseKernel::new(&gpu, "float *x, float *y, float a", "y[i] = a * x[i] + y[i];", "saxpy")?;
//! saxpy.launch(arguments![&x, &y, 2.0_f32])?;
//! assert_eq!(y.to_vec()?, [12.0, 24.0, 36.0]);
//!
//! // One kernel, all of it written by hand, in the language of the device.
//! let text = gpu::Text {
//!     wgsl: "
//!         @group(0) @binding(0) var<storage, read_write> y: array<f32>;
//!         override workgroup_size: u32 = 64;
//!         @compute @workgroup_size(workgroup_size)
//!         fn halve(@builtin(global_invocation_id) id: vec3<u32>) {
//!             if id.x < arrayLength(&y) { y[id.x] *= 0.5; }
//!         }",
//!     cuda: "extern \"C\" __global__ void halve(float *y) { if (threadIdx.x < 3) y[threadIdx.x] *= 0.5f; }",
//! };
//! SourceKernel::new(&gpu, text, "halve")?.launch(1, arguments![&y])?;
//! assert_eq!(y.to_vec()?, [6.0, 12.0, 18.0]);
//! # Ok(())
//! # }
//! ```
//!
//! # The same bits
//! A driver's compiler may make one rounding of `a * b + c`, or add in another order, and mostly does. No error says so, and a whole
//! picture may have the right sum and wrong points. Here a kernel is compiled [exactly](Arithmetic::Exact) unless it asks for the other:
//! by a mark on each operation where the driver takes compiled modules, by a guard around each product where it takes none, and over CUDA
//! by an option of the compiler. So every step of this crate has the bits of the other chapters, but for the ones that show what
//! happens [otherwise](Arithmetic::Contracted).
//!
//! # When a card pays off
//! Three things cost time: the copies there and back, each launch, and the work. [`Gpu::times`] tells them apart, and [`Gpu::counters`]
//! counts launches and bytes. A card pays off when there is much to do with each byte that is copied, and enough elements for thousands of
//! invocations at once: a [loop in a kernel](mandelbrot) does, an [addition of two arrays](expression) that come from the host does not.
//!
//! Without a card a driver that computes on the processor runs the same kernels, with the same bits: `scripts/setup-gpu` installs Mesa's.

mod argument;
mod array;
mod device;
pub mod distance;
mod drivers;
mod elementwise;
mod error;
pub mod expression;
mod kernels;
mod limits;
pub mod mandelbrot;
pub mod particles;
pub mod pi;
mod plane;
mod prepared;
mod signature;
mod source;

pub use argument::{Argument, Element};
pub use array::{GpuArray, Operand, Real};
pub use device::{Counters, Gpu, Options, Times};
pub use drivers::{Adapter, AdapterKind, Arithmetic, Language, Resources};
pub use elementwise::ElementwiseKernel;
pub use error::GpuError;
pub use limits::{Throughput, throughput};
pub use signature::{Parameter, Scalar};
pub use source::{SourceKernel, SourceOptions, Text, Workgroups};
use validation::{Ladder, ladder};

/// The steps of this crate, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![
        ladder(mandelbrot::STEPS),
        ladder(expression::STEPS),
        ladder(particles::STEPS),
        ladder(distance::STEPS),
        ladder(pi::STEPS),
    ]
}
