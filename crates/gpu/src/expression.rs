//! The expression ladder of graphics cards: what moves, and how often.

use validation::expression::Input;
use validation::{Expected, Expression, Ready, Settings, Step, step};

use crate::prepared::on;
use crate::{ElementwiseKernel, Gpu, GpuArray, Scalar, arguments};

/// What happens to the element `i`: the same text in the languages of both drivers.
const BODY: &str = "output[i] = (a[i] + b[i]) * 2.0 + a[i] * b[i];";

// ANCHOR: arrays
/// Whole arrays on the device: four kernels, and two arrays between them that nobody asked for.
///
/// Mirrors the talk's expression with `gpuarray`. Look at the way there and back: over a bus it takes longer than all four kernels.
pub fn arrays(_: &Input, _: &Settings) -> Ready<Expression> {
    on::<Expression>(Gpu::new()?, Scalar::Double, |gpu, input, output| {
        let (a, b) = (GpuArray::new(gpu, &input.a), GpuArray::new(gpu, &input.b));
        let result = (&a + &b) * 2.0 + &a * &b;
        result.read(output)
    })
}
// ANCHOR_END: arrays

// ANCHOR: elementwise
/// One kernel for the whole expression: each element is read once and written once.
///
/// Mirrors the talk's expression with `ElementwiseKernel`. Look at what is left: the transfers are as long as before.
pub fn elementwise(_: &Input, _: &Settings) -> Ready<Expression> {
    let gpu = Gpu::new()?;
    let expression = ElementwiseKernel::new(&gpu, "double *a, double *b, double *output", BODY, "expression")?;
    on::<Expression>(gpu, Scalar::Double, move |gpu, input, output| {
        let (a, b) = (GpuArray::new(gpu, &input.a), GpuArray::new(gpu, &input.b));
        let result = GpuArray::<f64>::uninitialised(gpu, a.len());
        expression.launch(arguments![&a, &b, &result])?;
        result.read(output)
    })
}
// ANCHOR_END: elementwise

// ANCHOR: resident
/// The inputs are sent before the clock starts: only the result travels.
///
/// Mirrors the advice of every manual: keep the data on the device. Look at the difference from `elementwise`: it is what two arrays cost on
/// their way.
pub fn resident(input: &Input, _: &Settings) -> Ready<Expression> {
    let gpu = Gpu::new()?;
    let expression = ElementwiseKernel::new(&gpu, "double *a, double *b, double *output", BODY, "expression")?;
    let (a, b) = (GpuArray::new(&gpu, &input.a), GpuArray::new(&gpu, &input.b));
    on::<Expression>(gpu, Scalar::Double, move |gpu, _, output| {
        let result = GpuArray::<f64>::uninitialised(gpu, a.len());
        expression.launch(arguments![&a, &b, &result])?;
        result.read(output)
    })
}
// ANCHOR_END: resident

/// The whole arrays of `arrays` over NVIDIA's own driver.
///
/// Mirrors the same program. Look at what changed: one word.
pub fn cuda_arrays(_: &Input, _: &Settings) -> Ready<Expression> {
    on::<Expression>(Gpu::cuda()?, Scalar::Double, |gpu, input, output| {
        let (a, b) = (GpuArray::new(gpu, &input.a), GpuArray::new(gpu, &input.b));
        let result = (&a + &b) * 2.0 + &a * &b;
        result.read(output)
    })
}

/// The one kernel of `elementwise` over NVIDIA's own driver.
///
/// Mirrors the same program. Look at what changed: one word.
pub fn cuda_elementwise(_: &Input, _: &Settings) -> Ready<Expression> {
    let gpu = Gpu::cuda()?;
    let expression = ElementwiseKernel::new(&gpu, "double *a, double *b, double *output", BODY, "expression")?;
    on::<Expression>(gpu, Scalar::Double, move |gpu, input, output| {
        let (a, b) = (GpuArray::new(gpu, &input.a), GpuArray::new(gpu, &input.b));
        let result = GpuArray::<f64>::uninitialised(gpu, a.len());
        expression.launch(arguments![&a, &b, &result])?;
        result.read(output)
    })
}

/// The inputs stay on the card.
///
/// Mirrors the same advice. Look at the kernel's own time beside the whole.
pub fn cuda_resident(input: &Input, _: &Settings) -> Ready<Expression> {
    let gpu = Gpu::cuda()?;
    let expression = ElementwiseKernel::new(&gpu, "double *a, double *b, double *output", BODY, "expression")?;
    let (a, b) = (GpuArray::new(&gpu, &input.a), GpuArray::new(&gpu, &input.b));
    on::<Expression>(gpu, Scalar::Double, move |gpu, _, output| {
        let result = GpuArray::<f64>::uninitialised(gpu, a.len());
        expression.launch(arguments![&a, &b, &result])?;
        result.read(output)
    })
}

/// Bytes of the arrays on the device.
fn on_device(input: &Input) -> u64 {
    3 * size_of_val(&input.a[..]) as u64
}

/// The steps of this ladder, in order.
pub const STEPS: &[Step<Expression>] = &[
    step!(prepared arrays, "the talk's expression in gpuarray", "whole arrays, four kernels").temporaries(on_device),
    step!(prepared elementwise, "the same with ElementwiseKernel", "one kernel")
        .lesson(Expected::Faster)
        .temporaries(on_device),
    step!(prepared resident, "advice of every manual", "the inputs stay on the device").temporaries(on_device),
    step!(prepared cuda_arrays, "the talk's expression in gpuarray", "whole arrays over CUDA").temporaries(on_device),
    step!(prepared cuda_elementwise, "the same with ElementwiseKernel", "one kernel over CUDA").temporaries(on_device),
    step!(prepared cuda_resident, "advice of every manual", "the inputs stay on the card").temporaries(on_device),
];
