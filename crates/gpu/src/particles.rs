//! The particle ladder of graphics cards: a kernel for each operation, or all steps in one.

use validation::particles::Input;
use validation::{Expected, Particles, Ready, Settings, Step, step};

use crate::prepared::on;
use crate::{ElementwiseKernel, Gpu, GpuArray, Scalar, Text, arguments};

// ANCHOR: arrays
/// Whole arrays on the device: eleven kernels for each step of the simulation.
///
/// Mirrors the book's NumPy version with `gpuarray`. Look at the number of launches: with a thousand particles a kernel has hardly begun when
/// it ends, and starting it is all that takes time.
pub fn arrays(_: &Input, _: &Settings) -> Ready<Particles> {
    on::<Particles>(Gpu::new()?, Scalar::Double, |gpu, input, output| {
        let (mut x, mut y) = (GpuArray::new(gpu, &input.x), GpuArray::new(gpu, &input.y));
        let length = GpuArray::new(gpu, &input.speed) * input.timestep;
        for _ in 0..input.steps {
            let norm = (&x * &x + &y * &y).sqrt();
            let vx = -&y / &norm;
            let vy = &x / &norm;
            x = x + vx * &length;
            y = y + vy * &length;
        }
        x.read(&mut output.x)?;
        y.read(&mut output.y)
    })
}
// ANCHOR_END: arrays

/// Steps of the simulation in one launch. A driver ends a kernel that runs for seconds, as the screen stands still meanwhile, and Mesa's
/// llvmpipe any loop after 65535 passes, without a word.
const STEPS_A_LAUNCH: usize = 20_000;

/// Some steps of the particle `i`, in the languages of both drivers.
const ORBIT: Text = Text {
    wgsl: "
        var px = x[i];
        var py = y[i];
        let length = timestep * speed[i];
        for (var turn = 0u; turn < steps; turn += 1u) {
            let norm = sqrt(px * px + py * py);
            let vx = -py / norm;
            let vy = px / norm;
            px = px + length * vx;
            py = py + length * vy;
        }
        x[i] = px;
        y[i] = py;",
    cuda: "
        double px = x[i], py = y[i];
        const double length = timestep * speed[i];
        for (unsigned turn = 0; turn < steps; ++turn) {
            const double norm = sqrt(px * px + py * py);
            const double vx = -py / norm;
            const double vy = px / norm;
            px = px + length * vx;
            py = py + length * vy;
        }
        x[i] = px;
        y[i] = py;",
};

// ANCHOR: elementwise
/// One kernel for all steps: a particle needs no other, so it stays in registers from the first step to the last.
///
/// Mirrors the book's Cython loop with `ElementwiseKernel`. Look at what a card needs: tens of thousands of particles, or most of it idles.
pub fn elementwise(_: &Input, _: &Settings) -> Ready<Particles> {
    let gpu = Gpu::new()?;
    let parameters = "double *x, double *y, double *speed, double timestep, unsigned steps";
    let orbit = ElementwiseKernel::new(&gpu, parameters, ORBIT, "orbit")?;
    on::<Particles>(gpu, Scalar::Double, move |gpu, input, output| {
        let (x, y) = (GpuArray::new(gpu, &input.x), GpuArray::new(gpu, &input.y));
        let speed = GpuArray::new(gpu, &input.speed);
        for first in (0..input.steps).step_by(STEPS_A_LAUNCH) {
            let steps = STEPS_A_LAUNCH.min(input.steps - first) as u32;
            orbit.launch_loops(steps, arguments![&x, &y, &speed, input.timestep, steps])?;
        }
        x.read(&mut output.x)?;
        y.read(&mut output.y)
    })
}
// ANCHOR_END: elementwise

/// The whole arrays over NVIDIA's own driver.
///
/// Mirrors the same program. Look at what changed: one word.
pub fn cuda_arrays(_: &Input, _: &Settings) -> Ready<Particles> {
    on::<Particles>(Gpu::cuda()?, Scalar::Double, |gpu, input, output| {
        let (mut x, mut y) = (GpuArray::new(gpu, &input.x), GpuArray::new(gpu, &input.y));
        let length = GpuArray::new(gpu, &input.speed) * input.timestep;
        for _ in 0..input.steps {
            let norm = (&x * &x + &y * &y).sqrt();
            let vx = -&y / &norm;
            let vy = &x / &norm;
            x = x + vx * &length;
            y = y + vy * &length;
        }
        x.read(&mut output.x)?;
        y.read(&mut output.y)
    })
}

/// The one kernel over NVIDIA's own driver.
///
/// Mirrors the same program. Look at what changed: one word.
pub fn cuda_elementwise(_: &Input, _: &Settings) -> Ready<Particles> {
    let gpu = Gpu::cuda()?;
    let parameters = "double *x, double *y, double *speed, double timestep, unsigned steps";
    let orbit = ElementwiseKernel::new(&gpu, parameters, ORBIT, "orbit")?;
    on::<Particles>(gpu, Scalar::Double, move |gpu, input, output| {
        let (x, y) = (GpuArray::new(gpu, &input.x), GpuArray::new(gpu, &input.y));
        let speed = GpuArray::new(gpu, &input.speed);
        for first in (0..input.steps).step_by(STEPS_A_LAUNCH) {
            let steps = STEPS_A_LAUNCH.min(input.steps - first) as u32;
            orbit.launch_loops(steps, arguments![&x, &y, &speed, input.timestep, steps])?;
        }
        x.read(&mut output.x)?;
        y.read(&mut output.y)
    })
}

/// The steps of this ladder, in order.
pub const STEPS: &[Step<Particles>] = &[
    step!(prepared arrays, "the book's NumPy version", "whole arrays, eleven kernels a step"),
    step!(prepared elementwise, "the book's Cython loop", "all steps in one kernel").lesson(Expected::Faster),
    step!(prepared cuda_arrays, "the book's NumPy version", "whole arrays over CUDA"),
    step!(prepared cuda_elementwise, "the book's Cython loop", "all steps in one kernel, over CUDA"),
];
