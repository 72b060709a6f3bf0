//! The plane in both precisions, and what the Mandelbrot steps share whose twin is in another precision or over another driver.

use std::borrow::Cow;

use num_complex::Complex;
use validation::mandelbrot::Input;
use validation::{Mandelbrot, Ready};

use crate::argument::Element;
use crate::arguments;
use crate::array::GpuArray;
use crate::device::Gpu;
use crate::elementwise::ElementwiseKernel;
use crate::error::GpuError;
use crate::prepared::on;
use crate::source::{SourceKernel, SourceOptions, Text, Workgroups};

/// A precision of the plane.
pub(crate) trait Plane: Element {
    /// A point.
    type Point: Element;

    /// The coordinates of an axis.
    fn axis(axis: &[f64]) -> Cow<'_, [Self]>;

    /// All points, row by row.
    fn points(input: &Input) -> Cow<'_, [Self::Point]>;

    /// 1 for the points that are further than 2 from the centre, 0 for the others.
    fn escaped(z: &GpuArray<Self::Point>) -> GpuArray<i32>;
}

impl Plane for f64 {
    type Point = Complex<f64>;

    fn axis(axis: &[f64]) -> Cow<'_, [f64]> {
        axis.into()
    }

    fn points(input: &Input) -> Cow<'_, [Self::Point]> {
        input.q().into()
    }

    fn escaped(z: &GpuArray<Self::Point>) -> GpuArray<i32> {
        z.abs().greater(2.0)
    }
}

/// The plane as the tutorial's float32 programs have it.
impl Plane for f32 {
    type Point = Complex<f32>;

    fn axis(axis: &[f64]) -> Cow<'_, [f32]> {
        axis.iter().map(|&coordinate| coordinate as f32).collect()
    }

    fn points(input: &Input) -> Cow<'_, [Self::Point]> {
        input.q().iter().map(|q| Complex::new(q.re as f32, q.im as f32)).collect()
    }

    fn escaped(z: &GpuArray<Self::Point>) -> GpuArray<i32> {
        z.abs().greater(2.0)
    }
}

/// What `arrays` does, on this device and in this precision.
pub(crate) fn whole_arrays_on<R: Plane>(gpu: Gpu) -> Ready<Mandelbrot> {
    on::<Mandelbrot>(gpu, R::SCALAR, |gpu, input, counts| {
        let zero = R::Point::default();
        let mut q = GpuArray::new(gpu, &R::points(input));
        let mut z = GpuArray::zeros(gpu, q.len());
        let mut output = GpuArray::zeros(gpu, q.len());
        for iteration in 0..input.max_iterations {
            z = &z * &z + &q;
            let done = R::escaped(&z);
            q = GpuArray::if_positive(&done, zero, q);
            z = GpuArray::if_positive(&done, zero, z);
            output = GpuArray::if_positive(&done, iteration, output);
        }
        output.read(counts)
    })
}

/// What `elementwise` does with the body of a loop that names no type, on this device and in this precision.
pub(crate) fn elementwise_on<R: Plane>(gpu: Gpu, orbit: Text<'_>) -> Ready<Mandelbrot> {
    let point = R::Point::SCALAR;
    let parameters = format!("{point} *z, {point} *q, unsigned *counts, unsigned max_iterations");
    let complex = ElementwiseKernel::new(&gpu, &parameters, orbit, "complex")?;
    on::<Mandelbrot>(gpu, R::SCALAR, move |gpu, input, counts| {
        let q = GpuArray::new(gpu, &R::points(input));
        let z = GpuArray::<R::Point>::zeros(gpu, q.len());
        let output = GpuArray::zeros(gpu, q.len());
        complex.launch_loops(input.max_iterations, arguments![&z, &q, &output, input.max_iterations])?;
        output.read(counts)
    })
}

/// What `source` does with a kernel that makes its points from the axes, on this device and in this precision. `groups` says how many
/// workgroups of `workgroup` invocations a picture takes.
pub(crate) fn on_axes<R: Plane>(
    gpu: Gpu,
    options: SourceOptions<'_>,
    workgroup: u32,
    groups: fn(&SourceKernel, &Input) -> Result<Workgroups, GpuError>,
) -> Ready<Mandelbrot> {
    let calculate_z = options.real(R::SCALAR).workgroup(workgroup).build(&gpu)?;
    on::<Mandelbrot>(gpu, R::SCALAR, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &R::axis(&input.xs)), GpuArray::new(gpu, &R::axis(&input.ys)));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(groups(&calculate_z, input)?, arguments)?;
        output.read(counts)
    })
}

/// Workgroups of a kernel with an invocation for each point, which tests the escape in each iteration.
pub(crate) fn a_lane_a_point(kernel: &SourceKernel, input: &Input) -> Result<Workgroups, GpuError> {
    kernel.groups(input.width() * input.height(), input.max_iterations)
}

/// What `on_axes` does with a kernel whose invocations take their points from a counter, and no more of them than the device holds at
/// once.
pub(crate) fn replaced_on<R: Plane>(gpu: Gpu, options: SourceOptions<'_>, workgroup: u32) -> Ready<Mandelbrot> {
    let replaced = options.real(R::SCALAR).workgroup(workgroup).build(&gpu)?;
    on::<Mandelbrot>(gpu, R::SCALAR, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &R::axis(&input.xs)), GpuArray::new(gpu, &R::axis(&input.ys)));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let (output, taken) = (GpuArray::uninitialised(gpu, counts.len()), GpuArray::<u32>::zeros(gpu, 1));
        let arguments = arguments![&xs, &ys, &output, &taken, input.max_iterations, width, elements];
        replaced.launch(replaced.resident_groups(counts.len())?, arguments)?;
        output.read(counts)
    })
}
