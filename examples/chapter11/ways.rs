//! The three interfaces and the best kernel over the Mandelbrot set, each with its time told apart.

use gpu::{Arithmetic, Element, ElementwiseKernel, Gpu, GpuArray, GpuError, Language, arguments};
use num_complex::Complex;
use runner::{Failure, Part, Stop};
use validation::mandelbrot::Input;
use validation::{Mandelbrot, Problem};

use super::devices::devices;
use super::numbers::Real;
use super::plane::Plane;
use super::times::{self, Row};

/// Shows where the time of each interface goes, on each device.
pub(crate) fn ways(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Where the time goes, in ms", |part| {
        let input = part.input::<Mandelbrot>()?;
        for gpu in devices()? {
            part.line(gpu.adapter())?;
            let rows = if gpu.adapter().double {
                rows::<f64>(&gpu, &input, |z| z.abs().greater(2.0))?
            } else {
                rows::<f32>(&gpu, &input, |z| z.abs().greater(2.0))?
            };
            times::table(part, "times", &gpu, &rows)?;
        }
        part.paragraph(
            "Copies are waited for by themselves. Kernels are timed by the device's own clock; they run while the host \
             starts the next ones, so these two columns overlap. What is left of the whole is waiting.",
        )?;
        Ok(())
    })
}

/// A row for each interface, whose answers are checked. `escaped` is 1 where a number has left the circle.
fn rows<T: Real>(
    gpu: &Gpu,
    input: &Input,
    escaped: fn(&GpuArray<Complex<T>>) -> GpuArray<i32>,
) -> Result<Vec<Row>, Stop>
where
    Complex<T>: Element,
{
    let points: Vec<_> = input.q().iter().map(|q| Complex::new(T::narrow(q.re), T::narrow(q.im))).collect();
    let few = input.max_iterations.min(100);
    let complex = <Complex<T>>::SCALAR;
    let parameters = format!("{complex} *z, {complex} *q, unsigned *counts, unsigned max_iterations");
    let kernel = ElementwiseKernel::new(gpu, &parameters, gpu::mandelbrot::ORBIT, "complex")?;
    let elementwise = || {
        let (q, z) = (GpuArray::new(gpu, &points), GpuArray::<Complex<T>>::zeros(gpu, points.len()));
        let output = GpuArray::<u32>::zeros(gpu, points.len());
        kernel.launch_loops(input.max_iterations, arguments![&z, &q, &output, input.max_iterations])?;
        output.to_vec()
    };
    let source = Plane::source(gpu, T::SCALAR, Arithmetic::Exact)?;
    let mut rows = vec![
        times::row(gpu, &format!("arrays, {few} iterations"), || arrays(gpu, &points, few, escaped).map(drop))?,
        times::row(gpu, "elementwise", || elementwise().map(drop))?,
        times::row(gpu, "source", || source.counts::<T>(gpu, input).map(drop))?,
    ];
    let mut answers = vec![elementwise()?, source.counts::<T>(gpu, input)?];
    if gpu.language() == Language::Wgsl {
        let tiles = Plane::tiles(gpu, T::SCALAR)?;
        rows.push(times::row(gpu, "tiles", || tiles.counts::<T>(gpu, input).map(drop))?);
        answers.push(tiles.counts::<T>(gpu, input)?);
    }
    if answers.iter().any(|counts| Mandelbrot::verify(input, counts, T::precision()).is_err()) {
        return Err(Failure::Wrong.into());
    }
    Ok(rows)
}

/// The first iterations with whole arrays, a kernel for each operation.
fn arrays<T: Real>(
    gpu: &Gpu,
    points: &[Complex<T>],
    iterations: u32,
    escaped: fn(&GpuArray<Complex<T>>) -> GpuArray<i32>,
) -> Result<Vec<u32>, GpuError>
where
    Complex<T>: Element,
{
    let zero = Complex::<T>::default();
    let mut q = GpuArray::new(gpu, points);
    let mut z = GpuArray::zeros(gpu, q.len());
    let mut output = GpuArray::<u32>::zeros(gpu, q.len());
    for iteration in 0..iterations {
        z = &z * &z + &q;
        let done = escaped(&z);
        q = GpuArray::if_positive(&done, zero, q);
        z = GpuArray::if_positive(&done, zero, z);
        output = GpuArray::if_positive(&done, iteration, output);
    }
    output.to_vec()
}
