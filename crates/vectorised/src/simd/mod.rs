//! Vector instructions, portable and by name.
#![expect(unsafe_code, reason = "functions for named instruction sets may be called only where the CPU has them")]

pub mod mandelbrot;

use validation::{Ladder, Plain, Prepared, Problem, Settings, StepError, ladder};

/// The steps of this chapter, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![ladder(mandelbrot::STEPS)]
}

/// The most independent vectors that a step can be asked to keep in flight: as many as one kernel each is compiled for.
pub const MOST_VECTORS: usize = 8;

/// Kernels that keep 1, 2, 3 ... vectors in flight.
type Kernels<P> = [Plain<P>; MOST_VECTORS];

/// The same, of functions that may be called only where the CPU has their instructions.
type KernelsForCpu<P> = [unsafe fn(&<P as Problem>::Input, &mut <P as Problem>::Output); MOST_VECTORS];

/// The kernel that `Settings::chunk` asks for, chosen before the clock starts.
struct Chosen<P: Problem>(unsafe fn(&P::Input, &mut P::Output));

impl<P: Problem> Prepared<P> for Chosen<P> {
    fn run(&mut self, input: &P::Input, output: &mut P::Output) -> Result<(), StepError> {
        // SAFETY: made by the two functions below, of kernels that this CPU can run.
        unsafe { (self.0)(input, output) };
        Ok(())
    }
}

/// A step that keeps as many vectors in flight as the settings ask for, or else `default`.
fn on_any_cpu<P: Problem>(
    kernels: Kernels<P>,
    settings: &Settings,
    default: usize,
) -> Result<Box<dyn Prepared<P>>, StepError> {
    // SAFETY: a function that is safe to call is so on every CPU.
    unsafe { on_this_cpu(kernels.map(|kernel| kernel as _), settings, default) }
}

/// The same for kernels that not every CPU can run.
///
/// # Safety
/// The CPU has the instructions of the kernels.
unsafe fn on_this_cpu<P: Problem>(
    kernels: KernelsForCpu<P>,
    settings: &Settings,
    default: usize,
) -> Result<Box<dyn Prepared<P>>, StepError> {
    let vectors = settings.chunk.unwrap_or(default).clamp(1, MOST_VECTORS);
    Ok(Box::new(Chosen(kernels[vectors - 1])))
}

/// What a step says on a CPU that does not have its instructions.
fn needs(instructions: &str, who_has_them: &str) -> StepError {
    StepError::Unavailable(format!(
        "needs {instructions} instructions, which this CPU does not have; run it on {who_has_them}"
    ))
}
