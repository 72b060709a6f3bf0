//! What the steps of all problems have in common: a device that is opened, and kernels that are compiled, before the clock.

use validation::{Prepared, Problem, StepError};

use crate::{Gpu, GpuError};

/// A step's run on a device.
type Run<P> = dyn FnMut(&Gpu, &<P as Problem>::Input, &mut <P as Problem>::Output) -> Result<(), GpuError>;

struct OnDevice<P: Problem> {
    gpu: Gpu,
    run: Box<Run<P>>,
}

/// A step that runs like this on a device.
pub(crate) fn on<P: Problem>(
    gpu: Gpu,
    run: impl FnMut(&Gpu, &P::Input, &mut P::Output) -> Result<(), GpuError> + 'static,
) -> Result<Box<dyn Prepared<P>>, StepError> {
    Ok(Box::new(OnDevice { gpu, run: Box::new(run) }))
}

impl<P: Problem> Prepared<P> for OnDevice<P> {
    fn run(&mut self, input: &P::Input, output: &mut P::Output) -> Result<(), StepError> {
        Ok((self.run)(&self.gpu, input, output)?)
    }
}
