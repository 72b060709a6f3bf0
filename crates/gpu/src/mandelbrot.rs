//! The Mandelbrot ladder of graphics cards: pyCUDA's three interfaces, in double and in single precision, by two drivers.

use num_complex::Complex;
use validation::mandelbrot::Input;
use validation::{Expected, Mandelbrot, Most, Precision, Reach, Ready, Settings, Step, step};

use crate::kernels::{
    MANDELBROT, MANDELBROT_BLOCKS, MANDELBROT_FUSED, MANDELBROT_ONE_EXIT, MANDELBROT_REFILLED, MANDELBROT_SEVERAL,
    MANDELBROT_TILES,
};
use crate::plane::{a_lane_a_point, elementwise_on, on_axes, replaced_on, whole_arrays_on};
use crate::prepared::on;
use crate::{Arithmetic, ElementwiseKernel, Gpu, GpuArray, Scalar, SourceKernel, Text, arguments};

/// The invocations in a workgroup that the command line asks for, or else 64.
fn workgroup(settings: &Settings) -> u32 {
    settings.workgroup.map_or(64, |workgroup| workgroup.get() as u32)
}

// ANCHOR: arrays
/// Whole arrays on the device: each operation of the loop's body is a kernel, and arrays are all that they share.
///
/// Mirrors `pycuda_asnumpy_float64.py`. Look at the number of kernels, seven for each iteration, and at what each of them does with every
/// point: read it, do one thing, write it back.
pub fn arrays(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
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
pub fn arrays_single(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
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
/// What happens to the point `i`, in the languages of both drivers. It names no type, so it does in both precisions.
pub const ORBIT: Text = Text {
    wgsl: "
        var zx = z[i].x;
        var zy = z[i].y;
        let q = q[i];
        var iterations = 0u;
        while iterations < max_iterations && !(zx * zx + zy * zy > 4) {
            let zx_new = (zx * zx - zy * zy) + q.x;
            zy = (zx * zy + zy * zx) + q.y;
            zx = zx_new;
            iterations += 1u;
        }
        if zx * zx + zy * zy > 4 {
            counts[i] = iterations - 1u;
        }",
    cuda: "
        auto zx = z[i].x, zy = z[i].y;
        const auto qx = q[i].x, qy = q[i].y;
        unsigned iterations = 0;
        while (iterations < max_iterations && !(zx * zx + zy * zy > 4)) {
            const auto zx_new = (zx * zx - zy * zy) + qx;
            zy = (zx * zy + zy * zx) + qy;
            zx = zx_new;
            ++iterations;
        }
        if (zx * zx + zy * zy > 4) {
            counts[i] = iterations - 1;
        }",
};
// ANCHOR_END: elementwise_body

// ANCHOR: elementwise
/// The loop goes into the kernel: one launch for all iterations, and z stays where it is computed.
///
/// Mirrors `pycuda_elementwise_float64.py`. Look at the bytes: a point is read once and its count written once, and at who waits: the
/// points of a group go on until the last of them is done.
pub fn elementwise(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    let gpu = Gpu::new()?;
    let parameters = "double2 *z, double2 *q, unsigned *counts, unsigned max_iterations";
    let complex = ElementwiseKernel::new(&gpu, parameters, ORBIT, "complex")?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let q = GpuArray::new(gpu, input.q());
        let z = GpuArray::<Complex<f64>>::zeros(gpu, q.len());
        let output = GpuArray::zeros(gpu, q.len());
        complex.launch_loops(input.max_iterations, arguments![&z, &q, &output, input.max_iterations])?;
        output.read(counts)
    })
}
// ANCHOR_END: elementwise

/// The same in single precision.
///
/// Mirrors `pycuda_elementwise_float32.py`. Look at the parameters: the body names no type, so they are all that changes.
pub fn elementwise_single(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    let gpu = Gpu::new()?;
    let parameters = "float2 *z, float2 *q, unsigned *counts, unsigned max_iterations";
    let complex = ElementwiseKernel::new(&gpu, parameters, ORBIT, "complex")?;
    on::<Mandelbrot>(gpu, Scalar::Float, move |gpu, input, counts| {
        let narrow: Vec<_> = input.q().iter().map(|q| Complex::new(q.re as f32, q.im as f32)).collect();
        let q = GpuArray::new(gpu, &narrow);
        let z = GpuArray::<Complex<f32>>::zeros(gpu, q.len());
        let output = GpuArray::zeros(gpu, q.len());
        complex.launch_loops(input.max_iterations, arguments![&z, &q, &output, input.max_iterations])?;
        output.read(counts)
    })
}

/// The kernel of the tutorial's third interface.
pub const CALCULATE_Z: Text = Text { wgsl: MANDELBROT, cuda: include_str!("kernels/mandelbrot.cu") };

// ANCHOR: source
/// The whole kernel by hand: which invocation takes which points, where they come from, and what is kept in registers.
///
/// Mirrors the tutorial's `SourceModule`. Look at what is sent: two axes instead of all points, which each invocation puts together for
/// itself.
pub fn source(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let gpu = Gpu::new()?;
    let options = SourceKernel::options(CALCULATE_Z, "calculate_z");
    let calculate_z = options.real(Scalar::Double).workgroup(workgroup(settings)).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(calculate_z.groups(counts.len(), input.max_iterations)?, arguments)?;
        output.read(counts)
    })
}
// ANCHOR_END: source

/// The same in single precision.
///
/// Mirrors the tutorial's `SourceModule` on its old card, which had nothing else. Look at the text of the kernel: it says `real`, and one
/// line in front of it says what that is.
pub fn source_single(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let options = SourceKernel::options(CALCULATE_Z, "calculate_z");
    on_axes::<f32>(Gpu::new()?, options, workgroup(settings), a_lane_a_point)
}

// ANCHOR: contracted
/// The same text as it stands, without the marks that forbid the driver to fuse a product with a sum, or to add in another order.
///
/// Mirrors nothing, and is what everybody writes first. Look at the answer: no error anywhere, and other counts.
pub fn contracted(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let gpu = Gpu::new()?;
    let options = SourceKernel::options(CALCULATE_Z, "calculate_z").arithmetic(Arithmetic::Contracted);
    let calculate_z = options.real(Scalar::Double).workgroup(workgroup(settings)).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(calculate_z.groups(counts.len(), input.max_iterations)?, arguments)?;
        output.read(counts)
    })
}
// ANCHOR_END: contracted

/// One way out of the loop: the test of the escape and that of the last iteration are one condition, as in the body of `elementwise`.
///
/// Mirrors nothing in the tutorial. Look at what a way out costs: each of them is a mask that lanes which have left carry along.
pub fn one_exit(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let gpu = Gpu::new()?;
    let options = SourceKernel::options(MANDELBROT_ONE_EXIT, "calculate_z");
    let calculate_z = options.real(Scalar::Double).workgroup(workgroup(settings)).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(calculate_z.groups(counts.len(), input.max_iterations)?, arguments)?;
        output.read(counts)
    })
}

// ANCHOR: blocks
/// The escape is tested once in eight iterations, and the block in which it happened is made again, step by step.
///
/// Mirrors nothing in the tutorial. Look at the kernel's comment: why the last iteration of a block knows about all of them.
pub fn blocks(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let gpu = Gpu::new()?;
    let options = SourceKernel::options(MANDELBROT_BLOCKS, "calculate_z");
    let calculate_z = options.real(Scalar::Double).workgroup(workgroup(settings)).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(calculate_z.groups(counts.len(), input.max_iterations / 8 + 2)?, arguments)?;
        output.read(counts)
    })
}
// ANCHOR_END: blocks

/// Four points beside each other for each invocation, so that four chains of operations wait together.
///
/// Mirrors nothing in the tutorial. Look at the branches: there are none between the points, only choices.
pub fn several(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let gpu = Gpu::new()?;
    let options = SourceKernel::options(MANDELBROT_SEVERAL, "calculate_z");
    let calculate_z = options.real(Scalar::Double).workgroup(workgroup(settings)).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z
            .launch(calculate_z.few_groups(counts.len().div_ceil(4), input.max_iterations / 8 + 2)?, arguments)?;
        output.read(counts)
    })
}

// ANCHOR: tiles
/// Four points below each other: neighbouring invocations share a tile instead of a strip.
///
/// Mirrors nothing in the tutorial. Look at who waits for whom: the points of a tile escape at about the same time.
pub fn tiles(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let gpu = Gpu::new()?;
    let options = SourceKernel::options(MANDELBROT_TILES, "calculate_z");
    let calculate_z = options.real(Scalar::Double).workgroup(workgroup(settings)).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(
            calculate_z.few_groups(input.width() * input.height().div_ceil(4), input.max_iterations / 8 + 2)?,
            arguments,
        )?;
        output.read(counts)
    })
}
// ANCHOR_END: tiles

/// The same in single precision.
///
/// Mirrors nothing in the tutorial. Look at what a card gives: one for consumers does dozens of these for each one in double precision.
pub fn tiles_single(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let options = SourceKernel::options(MANDELBROT_TILES, "calculate_z");
    on_axes::<f32>(Gpu::new()?, options, workgroup(settings), |calculate_z, input| {
        calculate_z.few_groups(input.width() * input.height().div_ceil(4), input.max_iterations / 8 + 2)
    })
}

/// Twice the product and qy in one instruction: six operations an iteration instead of seven, and the same bits.
///
/// Mirrors nothing in the tutorial. Look at why this fused multiply-add is exact where the others are not: a product times two is never
/// rounded.
pub fn fused(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let gpu = Gpu::new()?;
    let options = SourceKernel::options(MANDELBROT_FUSED, "calculate_z");
    let calculate_z = options.real(Scalar::Double).workgroup(workgroup(settings)).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(
            calculate_z.few_groups(input.width() * input.height().div_ceil(4), input.max_iterations / 8 + 2)?,
            arguments,
        )?;
        output.read(counts)
    })
}

/// Finished points are replaced: an invocation takes its next points without waiting for its neighbours.
///
/// Mirrors nothing in the tutorial. Look at the time here and on a card: where all lanes go through both sides of a branch, it costs more
/// than the waiting.
pub fn refilled(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let gpu = Gpu::new()?;
    let options = SourceKernel::options(MANDELBROT_REFILLED, "calculate_z");
    let calculate_z = options.real(Scalar::Double).workgroup(workgroup(settings)).build(&gpu)?;
    on::<Mandelbrot>(gpu, Scalar::Double, move |gpu, input, counts| {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        let (width, elements) = (input.width() as u32, counts.len() as u32);
        let output = GpuArray::uninitialised(gpu, counts.len());
        let arguments = arguments![&xs, &ys, &output, input.max_iterations, width, elements];
        calculate_z.launch(
            calculate_z.few_groups(input.width() * input.height().div_ceil(4), input.max_iterations / 8 + 2)?,
            arguments,
        )?;
        output.read(counts)
    })
}

/// The whole arrays of `arrays` over NVIDIA's own driver.
///
/// Mirrors `pycuda_asnumpy_float64.py`. Look at what changed: the device, and nothing behind it.
pub fn cuda_arrays(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    whole_arrays_on::<f64>(Gpu::cuda()?)
}

/// The same in single precision.
///
/// Mirrors `pycuda_asnumpy_float32.py`. Look at the time of a launch: with arrays so small it is most of the whole.
pub fn cuda_arrays_single(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    whole_arrays_on::<f32>(Gpu::cuda()?)
}

/// The loop in the kernel, over NVIDIA's own driver.
///
/// Mirrors `pycuda_elementwise_float64.py`. Look at the body: another language, line by line the same.
pub fn cuda_elementwise(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    elementwise_on::<f64>(Gpu::cuda()?, ORBIT)
}

/// The same in single precision.
///
/// Mirrors `pycuda_elementwise_float32.py`. Look at the parameters, which are all that changes.
pub fn cuda_elementwise_single(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    elementwise_on::<f32>(Gpu::cuda()?, ORBIT)
}

/// The tutorial's kernel over NVIDIA's own driver.
///
/// Mirrors the tutorial's `SourceModule`. Look at the compiler's report: registers, and how many warps they leave room for.
pub fn cuda_source(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let options = SourceKernel::options(CALCULATE_Z, "calculate_z");
    on_axes::<f64>(Gpu::cuda()?, options, workgroup(settings), a_lane_a_point)
}

/// The same in single precision.
///
/// Mirrors the tutorial's `SourceModule` in float32. Look at the compiler's report beside the other.
pub fn cuda_source_single(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let options = SourceKernel::options(CALCULATE_Z, "calculate_z");
    on_axes::<f32>(Gpu::cuda()?, options, workgroup(settings), a_lane_a_point)
}

/// The compiler may fuse products and sums, which is what it does unless it is told not to.
///
/// Mirrors every CUDA program that is compiled without `-fmad=false`. Look at the answer, and at what the two instructions less are worth.
pub fn cuda_contracted(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let options = SourceKernel::options(CALCULATE_Z, "calculate_z").arithmetic(Arithmetic::Contracted);
    on_axes::<f64>(Gpu::cuda()?, options, workgroup(settings), a_lane_a_point)
}

/// The kernels with fewer tests. They use what only CUDA has: fused operations by name, and lanes that see each other.
const FEWER_TESTS: Text = Text { wgsl: "", cuda: include_str!("kernels/mandelbrot_blocks.cu") };

/// The escape is tested once in sixteen iterations, and each of them takes six operations instead of seven.
///
/// Mirrors nothing in the tutorial. Look at the kernel's comment: why the last iteration of a block knows about all of them, and why
/// twice a product may be fused with what is added to it.
pub fn cuda_blocks(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let options = SourceKernel::options(FEWER_TESTS, "blocks");
    on_axes::<f64>(Gpu::cuda()?, options, workgroup(settings), a_lane_a_point)
}

/// The invocations in a workgroup that the command line asks for, or else 128; always whole warps, whose lanes hand points to each other.
fn warps(settings: &Settings) -> u32 {
    let asked = settings.workgroup.map_or(128, |workgroup| workgroup.get() as u32);
    asked.checked_next_multiple_of(32).unwrap_or(asked)
}

// ANCHOR: cuda_replaced
/// No more workgroups than the card holds at once, which take points from a counter that they share; a lane whose point has escaped gets
/// another one.
///
/// Mirrors nothing in the tutorial. Look at who waits: no lane for its neighbours, until there are no more points.
pub fn cuda_replaced(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let options = SourceKernel::options(FEWER_TESTS, "replaced");
    replaced_on::<f64>(Gpu::cuda()?, options, warps(settings))
}
// ANCHOR_END: cuda_replaced

/// The same in single precision.
///
/// Mirrors nothing in the tutorial. Look at the test: eight iterations are as many as the rounding allows here.
pub fn cuda_replaced_single(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let options = SourceKernel::options(FEWER_TESTS, "replaced");
    replaced_on::<f32>(Gpu::cuda()?, options, warps(settings))
}

/// The lesson of the contracted steps. Small pictures may agree. Whichever products and sums are fused or reordered, at most 4 points
/// differ in squares of up to 140 by 140 points, and of larger pictures 0.022 % at 1000 iterations and 0.053 % at 10,000: half of what
/// is allowed. They are those that stay for long and then escape, so that their counts can be any.
const CONTRACTED: Precision = Precision::Different {
    why: "the driver may fuse products and sums, and take sums in another order",
    may_agree: true,
    most: Most { elements: 8, share: 0.001 },
    reach: Reach::AnyValue,
};

/// Bytes on the device when it holds whole arrays: z, q, what lies between two operations, and the counts.
fn whole_arrays(input: &Input) -> u64 {
    5 * input.q_bytes()
}

/// Bytes on the device when it makes the points itself.
fn counts_only(input: &Input) -> u64 {
    input.q_bytes() / 4
}

/// The steps of this ladder, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(prepared arrays, "pycuda_asnumpy_float64.py", "whole arrays, a kernel an operation")
        .temporaries(whole_arrays),
    step!(prepared arrays_single, "pycuda_asnumpy_float32.py", "whole arrays in single precision")
        .precision(Precision::ExactSingle)
        .temporaries(whole_arrays),
    step!(prepared elementwise, "pycuda_elementwise_float64.py", "the loop in the kernel")
        .lesson(Expected::Faster)
        .temporaries(whole_arrays),
    step!(prepared elementwise_single, "pycuda_elementwise_float32.py", "the loop in the kernel, in single precision")
        .precision(Precision::ExactSingle)
        .temporaries(whole_arrays),
    step!(prepared source, "SourceModule of the tutorial", "the whole kernel by hand").temporaries(counts_only),
    step!(prepared source_single, "SourceModule in float32", "the whole kernel by hand, in single precision")
        .precision(Precision::ExactSingle)
        .temporaries(counts_only),
    step!(prepared contracted, "beyond the tutorial", "the same text without marks")
        .precision(CONTRACTED)
        .temporaries(counts_only),
    step!(prepared one_exit, "beyond the tutorial", "one way out of the loop").temporaries(counts_only),
    step!(prepared blocks, "beyond the tutorial", "a test in eight iterations").temporaries(counts_only),
    step!(prepared several, "beyond the tutorial", "four points an invocation, beside each other")
        .temporaries(counts_only),
    step!(prepared tiles, "beyond the tutorial", "four points below each other").temporaries(counts_only),
    step!(prepared tiles_single, "beyond the tutorial", "tiles in single precision")
        .precision(Precision::ExactSingle)
        .temporaries(counts_only),
    step!(prepared fused, "beyond the tutorial", "a fused operation that is exact").temporaries(counts_only),
    step!(prepared refilled, "beyond the tutorial", "finished points are replaced").temporaries(counts_only),
    step!(prepared cuda_arrays, "pycuda_asnumpy_float64.py", "whole arrays over CUDA").temporaries(whole_arrays),
    step!(prepared cuda_arrays_single, "pycuda_asnumpy_float32.py", "whole arrays over CUDA, in single precision")
        .precision(Precision::ExactSingle)
        .temporaries(whole_arrays),
    step!(prepared cuda_elementwise, "pycuda_elementwise_float64.py", "the loop in the kernel, over CUDA")
        .temporaries(whole_arrays),
    step!(prepared cuda_elementwise_single, "pycuda_elementwise_float32.py", "the same in single precision")
        .precision(Precision::ExactSingle)
        .temporaries(whole_arrays),
    step!(prepared cuda_source, "SourceModule of the tutorial", "the whole kernel by hand, over CUDA")
        .temporaries(counts_only),
    step!(prepared cuda_source_single, "SourceModule in float32", "the same in single precision")
        .precision(Precision::ExactSingle)
        .temporaries(counts_only),
    step!(prepared cuda_contracted, "beyond the tutorial", "the compiler may fuse")
        .precision(CONTRACTED)
        .temporaries(counts_only),
    step!(prepared cuda_blocks, "beyond the tutorial", "a test in sixteen iterations").temporaries(counts_only),
    step!(prepared cuda_replaced, "beyond the tutorial", "no lane waits for its neighbours").temporaries(counts_only),
    step!(prepared cuda_replaced_single, "beyond the tutorial", "the same in single precision")
        .precision(Precision::ExactSingle)
        .temporaries(counts_only),
];
