//! The Mandelbrot ladder of graphics cards: pyCUDA's three interfaces, in single and in double precision.

use num_complex::Complex;
use validation::mandelbrot::Input;
use validation::{Mandelbrot, Precision, Prepared, Settings, Step, StepError, step};

use crate::prepared::on;
use crate::{Arithmetic, ElementwiseKernel, Gpu, GpuArray, Scalar, SourceKernel, Text, arguments};

// ANCHOR: arrays
/// Whole arrays on the device: each operation of the loop's body is a kernel, and an array is all that they tell each other.
///
/// Mirrors `pycuda_asnumpy_float64.py`. Look at the number of kernels, seven for each iteration, and at what each of them does with every
/// point: read it, do one thing, write it back.
pub fn arrays(_: &Input, _: &Settings) -> Result<Box<dyn Prepared<Mandelbrot>>, StepError> {
    on::<Mandelbrot>(Gpu::new()?, |gpu, input, counts| {
        let mut q = GpuArray::new(gpu, input.q());
        let mut z = GpuArray::zeros(gpu, q.len());
        let mut output = GpuArray::zeros(gpu, q.len());
        for iteration in 0..input.max_iterations {
            z = &z * &z + &q;
            let done = z.abs().greater(2.0);
            q = GpuArray::if_positive(&done, Complex::ZERO, q);
            z = GpuArray::if_positive(&done, Complex::ZERO, z);
            output = GpuArray::if_positive(&done, iteration, output);
        }
        output.read(counts)
    })
}
// ANCHOR_END: arrays

/// The steps of this ladder, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(prepared arrays, "pycuda_asnumpy_float64.py", "whole arrays, a kernel an operation"),
];
