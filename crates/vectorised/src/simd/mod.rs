//! Vector instructions, portable and by name.
#![expect(unsafe_code, reason = "functions for named instruction sets may be called only where the CPU has them")]

pub mod distance;
pub mod expression;
pub mod mandelbrot;
pub mod particles;
pub mod pi;

use validation::{Ladder, Plain, Prepared, Problem, Settings, StepError, ladder};

/// The steps of this chapter, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![
        ladder(mandelbrot::STEPS),
        ladder(expression::STEPS),
        ladder(particles::STEPS),
        ladder(distance::STEPS),
        ladder(pi::STEPS),
    ]
}

/// The most independent vectors that a step can be asked to keep in flight: as many as one kernel each is compiled for.
pub const MOST_VECTORS: usize = 8;

/// A kernel that has been chosen before the clock starts.
struct Chosen<P: Problem>(CpuKernel<P>);

/// A function that may be called only where the CPU has its instructions.
type CpuKernel<P> = unsafe fn(&<P as Problem>::Input, &mut <P as Problem>::Output);

impl<P: Problem> Prepared<P> for Chosen<P> {
    fn run(&mut self, input: &P::Input, output: &mut P::Output) -> Result<(), StepError> {
        // SAFETY: made by the functions below, of kernels that this CPU can run.
        unsafe { (self.0)(input, output) };
        Ok(())
    }
}

/// A step that runs a kernel which not every CPU can run.
///
/// # Safety
/// The CPU has the instructions of the kernel.
unsafe fn on_this_cpu<P: Problem>(kernel: CpuKernel<P>) -> Result<Box<dyn Prepared<P>>, StepError> {
    Ok(Box::new(Chosen(kernel)))
}

/// The same with one of the kernels that keep 1, 2, 3 ... vectors in flight: what the chunk setting asks for, or else `default`.
///
/// # Safety
/// The CPU has the instructions of the kernels.
unsafe fn on_this_cpu_with<P: Problem>(
    kernels: [CpuKernel<P>; MOST_VECTORS],
    settings: &Settings,
    default: usize,
) -> Result<Box<dyn Prepared<P>>, StepError> {
    let vectors = settings.chunk.unwrap_or(default).clamp(1, MOST_VECTORS);
    Ok(Box::new(Chosen(kernels[vectors - 1])))
}

/// The same with kernels that are safe to call everywhere.
fn on_any_cpu_with<P: Problem>(
    kernels: [Plain<P>; MOST_VECTORS],
    settings: &Settings,
    default: usize,
) -> Result<Box<dyn Prepared<P>>, StepError> {
    // SAFETY: a function that is safe to call needs nothing that a CPU might not have.
    unsafe { on_this_cpu_with(kernels.map(|kernel| kernel as CpuKernel<P>), settings, default) }
}

/// What a step says on a CPU that does not have its instructions.
fn needs(instructions: &str, who_has_them: &str) -> StepError {
    StepError::Unavailable(format!(
        "needs {instructions} instructions, which this CPU does not have; run it on {who_has_them}"
    ))
}
