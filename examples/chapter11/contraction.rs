//! The same text of a kernel, compiled in all ways: what it costs to be exact, and what it means not to be.

use gpu::{Arithmetic, Element, Gpu, GpuError, Language};
use runner::units::{grouped, ms, or_dash};
use runner::{Failure, Part, Stop, best};
use validation::Mandelbrot;
use validation::mandelbrot::{Input, Sizes};

use super::devices::devices;
use super::numbers::{Real, narrow};
use super::plane::Plane;

/// The loop of all chapters, in a precision.
macro_rules! plain {
    ($real:ty, $input:expr) => {{
        let (xs, ys) = (narrow::<$real>(&$input.xs), narrow::<$real>(&$input.ys));
        let points = ys.iter().flat_map(|&qy| xs.iter().map(move |&qx| (qx, qy)));
        let escape = |(qx, qy)| {
            let (mut zx, mut zy): ($real, $real) = (0.0, 0.0);
            for iteration in 0..$input.max_iterations {
                (zx, zy) = ((zx * zx - zy * zy) + qx, (zx * zy + zy * zx) + qy);
                if zx * zx + zy * zy > 4.0 {
                    return iteration;
                }
            }
            0
        };
        points.map(escape).collect::<Vec<u32>>()
    }};
}

/// Compiles the tutorial's kernel in all ways, and compares its counts with those of a plain loop.
pub(crate) fn contraction(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("One text, several answers: what a driver may do with a * b + c", |part| {
        let input = part.input::<Mandelbrot>()?;
        let runs = if part.quick() { 2 } else { 5 };
        let mut rows = Vec::new();
        let gpus = devices()?;
        for gpu in &gpus {
            if gpu.adapter().double {
                rows.extend(compiled_ways::<f64>(gpu, "f64", &input, &plain!(f64, input), runs)?);
            }
            rows.extend(compiled_ways::<f32>(gpu, "f32", &input, &plain!(f32, input), runs)?);
        }
        let header = ["by", "real", "compiled", "best ms", "sum", "wrong", "column, row", "says"];
        part.table("contraction", &header, &rows, &[0, 1, 2, 6, 7])?;
        part.paragraph(
            "Wrong: counts that are not those of a plain loop in the same precision, and the first of them. The times are \
             those of whole runs, with the way there and back.",
        )?;
        gpus.first().map_or(Ok(()), |gpu| right_sums(part, gpu))
    })
}

/// A row for each way in which this device can compile the tutorial's kernel.
fn compiled_ways<T: Real>(
    gpu: &Gpu,
    real: &str,
    input: &Input,
    right: &[u32],
    runs: usize,
) -> Result<Vec<[String; 8]>, GpuError> {
    let row = |(gpu, how, arithmetic): (Gpu, &str, Arithmetic)| {
        let kernel = Plane::source(&gpu, T::SCALAR, arithmetic)?;
        kernel.counts::<T>(&gpu, input)?;
        let (counts, time) = best(runs, || kernel.counts::<T>(&gpu, input))?;
        let mut others = counts.iter().zip(right).enumerate().filter(|(_, (found, right))| found != right);
        let first = others.next();
        Ok([
            gpu.adapter().interface.to_owned(),
            real.to_owned(),
            how.to_owned(),
            ms(time),
            grouped(sum(&counts)),
            grouped(others.count() as u64 + u64::from(first.is_some())),
            or_dash(first, |(index, _)| format!("{}, {}", index % input.width(), index / input.width())),
            or_dash(first, |(_, (found, right))| format!("{found}, not {right}")),
        ])
    };
    ways(gpu)?.into_iter().map(row).collect()
}

/// The ways to compile a kernel for a device, with the device that does so.
fn ways(gpu: &Gpu) -> Result<Vec<(Gpu, &'static str, Arithmetic)>, GpuError> {
    let adapter = gpu.adapter();
    let mut ways = Vec::new();
    match gpu.language() {
        Language::Cuda => ways.push((gpu.clone(), "exact: no fused operations", Arithmetic::Exact)),
        Language::Wgsl => {
            if adapter.passthrough {
                ways.push((gpu.clone(), "exact by marks", Arithmetic::Exact));
            }
            let guarded = Gpu::options().name(&adapter.name).kind(adapter.kind).passthrough(false).open()?;
            ways.push((guarded, "exact by guards", Arithmetic::Exact));
        }
    }
    ways.push((gpu.clone(), "as the driver likes", Arithmetic::Contracted));
    Ok(ways)
}

/// Looks for a picture whose sum is right though some of its counts are not, in single precision, which every device has.
fn right_sums(part: &mut Part<'_>, gpu: &Gpu) -> Result<(), Stop> {
    let kernel = Plane::source(gpu, f32::SCALAR, Arithmetic::Contracted)?;
    let (most, max_iterations) = (200, 100);
    for width in 3..most {
        let sizes = Sizes { width, height: width, max_iterations };
        let input = Input::new(&sizes).map_err(Failure::from)?;
        let (counts, right) = (kernel.counts::<f32>(gpu, &input)?, plain!(f32, input));
        let wrong = counts.iter().zip(&right).filter(|(found, right)| found != right).count();
        if wrong > 0 && sum(&counts) == sum(&right) {
            let text = format!(
                "A sum proves little: of {width} x {width} points in f32, {max_iterations} iterations,\n\
                 {wrong} counts are wrong as the driver likes it, and the sum is right: {}",
                grouped(sum(&right))
            );
            return Ok(part.text("right-sum", &text)?);
        }
    }
    let text =
        format!("No picture of less than {most} x {most} points has wrong counts and the right sum on this device.");
    Ok(part.text("right-sum", &text)?)
}

fn sum(counts: &[u32]) -> u64 {
    counts.iter().map(|&count| u64::from(count)).sum()
}
