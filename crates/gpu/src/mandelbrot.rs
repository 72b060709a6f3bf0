//! The Mandelbrot ladder of graphics cards: pyCUDA's three interfaces, in double and in single precision, by two drivers.

use num_complex::Complex;
use validation::mandelbrot::Input;
use validation::{Mandelbrot, Precision, Prepared, Settings, Step, StepError, step};

use crate::prepared::on;
use crate::{Arithmetic, ElementwiseKernel, Gpu, GpuArray, Scalar, SourceKernel, Text, arguments};

/// A step, ready to run.
type Ready = Result<Box<dyn Prepared<Mandelbrot>>, StepError>;

/// The plane in single precision: the points as the tutorial's float32 programs have them.
fn narrow(axis: &[f64]) -> Vec<f32> {
    axis.iter().map(|&coordinate| coordinate as f32).collect()
}

// ANCHOR: arrays
/// Whole arrays on the device: each operation of the loop's body is a kernel, and an array is all that they tell each other.
///
/// Mirrors `pycuda_asnumpy_float64.py`. Look at the number of kernels, seven for each iteration, and at what each of them does with every
/// point: read it, do one thing, write it back.
pub fn arrays(_: &Input, _: &Settings) -> Ready {
    on::<Mandelbrot>(Gpu::new()?, Scalar::Double, |gpu, input, counts| {
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

/// The same in single precision: half the bytes.
///
/// Mirrors `pycuda_asnumpy_float32.py`. Look at the validation sum: it is another one, and exactly that of a plain loop in single precision.
pub fn arrays_single(_: &Input, _: &Settings) -> Ready {
    on::<Mandelbrot>(Gpu::new()?, Scalar::Float, |gpu, input, counts| {
        let narrow: Vec<_> = input.q().iter().map(|q| Complex::new(q.re as f32, q.im as f32)).collect();
        let mut q = GpuArray::new(gpu, &narrow);
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

// ANCHOR: elementwise_body
/// What happens to the point `i`, in the languages of both drivers. `real` stands for the type of a coordinate.
const ORBIT: Text = Text {
    wgsl: "
        var zx = z[i].x;
        var zy = z[i].y;
        for (var iteration = 0u; iteration < max_iterations; iteration += 1u) {
            let zx_new = (zx * zx - zy * zy) + q[i].x;
            zy = (zx * zy + zy * zx) + q[i].y;
            zx = zx_new;
            if sqrt(zx * zx + zy * zy) > 2 {
                counts[i] = iteration;
                break;
            }
        }",
    cuda: "
        auto zx = z[i].x, zy = z[i].y;
        for (unsigned iteration = 0; iteration < max_iterations; ++iteration) {
            const auto zx_new = (zx * zx - zy * zy) + q[i].x;
            zy = (zx * zy + zy * zx) + q[i].y;
            zx = zx_new;
            if (sqrt(zx * zx + zy * zy) > 2) {
                counts[i] = iteration;
                break;
            }
        }",
};
// ANCHOR_END: elementwise_body

// ANCHOR: elementwise
/// The loop goes into the kernel: one launch for all iterations, and z stays where it is computed.
///
/// Mirrors `pycuda_elementwise_float64.py`. Look at the bytes: a point is read once and its count written once, and at who waits: the
/// points of a group go on until the last of them is done.
pub fn elementwise(_: &Input, _: &Settings) -> Ready {
    let gpu = Gpu::new()?;
    let parameters = "double2 *z, double2 *q, unsigned *counts, unsigned max_iterations";
    let complex = ElementwiseKernel::new(&gpu, parameters, ORBIT, "complex")?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let q = GpuArray::new(gpu, input.q());
        let z = GpuArray::<Complex<f64>>::zeros(gpu, q.len());
        let output = GpuArray::zeros(gpu, q.len());
        complex.launch(arguments![&z, &q, &output, input.max_iterations])?;
        output.read(counts)
    })
}
// ANCHOR_END: elementwise

/// The same in single precision.
///
/// Mirrors `pycuda_elementwise_float32.py`. Look at the parameters: the body names no type, so they are all that changes.
pub fn elementwise_single(_: &Input, _: &Settings) -> Ready {
    let gpu = Gpu::new()?;
    let parameters = "float2 *z, float2 *q, unsigned *counts, unsigned max_iterations";
    let complex = ElementwiseKernel::new(&gpu, parameters, ORBIT, "complex")?;
    on::<Mandelbrot>(gpu, Scalar::Float, move |gpu, input, counts| {
        let narrow: Vec<_> = input.q().iter().map(|q| Complex::new(q.re as f32, q.im as f32)).collect();
        let q = GpuArray::new(gpu, &narrow);
        let z = GpuArray::<Complex<f32>>::zeros(gpu, q.len());
        let output = GpuArray::zeros(gpu, q.len());
        complex.launch(arguments![&z, &q, &output, input.max_iterations])?;
        output.read(counts)
    })
}

/// The kernel of the tutorial's third interface.
const CALCULATE_Z: Text =
    Text { wgsl: include_str!("kernels/mandelbrot.wgsl"), cuda: include_str!("kernels/mandelbrot.cu") };

// ANCHOR: source
/// The whole kernel by hand: which invocation takes which points, where they come from, and what is kept in registers.
///
/// Mirrors the tutorial's `SourceModule`. Look at what is sent: two axes instead of all points, which each invocation makes for itself; and
/// at the test without its square root.
pub fn source(_: &Input, settings: &Settings) -> Ready {
    let gpu = Gpu::new()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup as u32);
    let options = SourceKernel::options(CALCULATE_Z, "calculate_z");
    let calculate_z = options.real(Scalar::Double).workgroup(workgroup).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(calculate_z.groups(counts.len()), arguments)?;
        output.read(counts)
    })
}
// ANCHOR_END: source

/// The same in single precision.
///
/// Mirrors the tutorial's `SourceModule` on its old card, which had nothing else. Look at the text of the kernel: it says `real`, and one
/// line in front of it says what that is.
pub fn source_single(_: &Input, settings: &Settings) -> Ready {
    let gpu = Gpu::new()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup as u32);
    let options = SourceKernel::options(CALCULATE_Z, "calculate_z");
    let calculate_z = options.real(Scalar::Float).workgroup(workgroup).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Float, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &narrow(&input.xs)), GpuArray::new(gpu, &narrow(&input.ys)));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(calculate_z.groups(counts.len()), arguments)?;
        output.read(counts)
    })
}

// ANCHOR: contracted
/// The same text as it stands, without the marks that forbid the driver to fuse a product with a sum, or to add in another order.
///
/// Mirrors nothing, and is what everybody writes first. Look at the answer: no error anywhere, and other counts.
pub fn contracted(_: &Input, settings: &Settings) -> Ready {
    let gpu = Gpu::new()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup as u32);
    let options = SourceKernel::options(CALCULATE_Z, "calculate_z").arithmetic(Arithmetic::Contracted);
    let calculate_z = options.real(Scalar::Double).workgroup(workgroup).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(calculate_z.groups(counts.len()), arguments)?;
        output.read(counts)
    })
}
// ANCHOR_END: contracted

/// The lesson of the contracted steps. Small pictures may agree.
const CONTRACTED: Precision = Precision::Different {
    why: "the driver may fuse products and sums, and take sums in another order",
    may_agree: true,
};

/// The steps of this ladder, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(prepared arrays, "pycuda_asnumpy_float64.py", "whole arrays, a kernel an operation"),
    step!(prepared arrays_single, "pycuda_asnumpy_float32.py", "in single precision").precision(Precision::ExactSingle),
    step!(prepared elementwise, "pycuda_elementwise_float64.py", "the loop in the kernel"),
    step!(prepared elementwise_single, "pycuda_elementwise_float32.py", "in single precision")
        .precision(Precision::ExactSingle),
    step!(prepared source, "SourceModule of the tutorial", "the whole kernel by hand"),
    step!(prepared source_single, "SourceModule in float32", "in single precision").precision(Precision::ExactSingle),
    step!(prepared contracted, "beyond the tutorial", "the same text without marks").precision(CONTRACTED),
];
