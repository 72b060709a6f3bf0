//! Kernels over the plane of the Mandelbrot set, which several parts compile and start.

use gpu::{Arithmetic, Gpu, GpuArray, GpuError, Scalar, SourceKernel, Text, arguments};
use validation::mandelbrot::Input;

use super::numbers::{Real, narrow};

/// The best kernel as it lies in the crate, for devices that take WGSL.
const TILES: Text<'static> =
    Text { wgsl: include_str!("../../crates/gpu/src/kernels/mandelbrot_tiles.wgsl"), cuda: "" };

/// A kernel over the plane, ready to be started for a picture.
pub(crate) struct Plane {
    pub(crate) kernel: SourceKernel,
    /// Points for each invocation, below each other.
    points: usize,
}

impl Plane {
    /// The tutorial's kernel.
    pub(crate) fn source(gpu: &Gpu, real: Scalar, arithmetic: Arithmetic) -> Result<Self, GpuError> {
        let options = SourceKernel::options(gpu::mandelbrot::CALCULATE_Z, "calculate_z");
        Ok(Self { kernel: options.real(real).arithmetic(arithmetic).build(gpu)?, points: 1 })
    }

    /// The best one, with four points for each invocation.
    pub(crate) fn tiles(gpu: &Gpu, real: Scalar) -> Result<Self, GpuError> {
        Ok(Self { kernel: SourceKernel::options(TILES, "calculate_z").real(real).build(gpu)?, points: 4 })
    }

    /// The counts of a picture, row by row.
    pub(crate) fn counts<T: Real>(&self, gpu: &Gpu, input: &Input) -> Result<Vec<u32>, GpuError> {
        let (xs, ys) = (GpuArray::new(gpu, &narrow::<T>(&input.xs)), GpuArray::new(gpu, &narrow::<T>(&input.ys)));
        let (width, height) = (input.width(), input.height());
        let counts = GpuArray::<u32>::uninitialised(gpu, width * height);
        let lanes = width * height.div_ceil(self.points);
        let groups = match self.points {
            1 => self.kernel.groups(lanes, input.max_iterations)?,
            _ => self.kernel.few_groups(lanes, input.max_iterations / 8 + 2)?,
        };
        let (width, elements) = (width as u32, counts.len() as u32);
        self.kernel.launch(groups, arguments![&xs, &ys, &counts, input.max_iterations, width, elements])?;
        counts.to_vec()
    }
}
