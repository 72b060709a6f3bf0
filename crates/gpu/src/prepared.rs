//! What the steps of all problems have in common: a device that is opened, and kernels that are compiled, before the clock.

use std::thread;
use std::time::Duration;

use validation::{Ceiling, Prepared, Problem, Ready, StepError, Work};

use crate::device::Gpu;
use crate::drivers::AdapterKind;
use crate::error::GpuError;
use crate::limits;
use crate::signature::Scalar;

/// Launches of a run up to which the device measures each of them: time stamps cost nothing beside a few long kernels.
const MEASURED: u64 = 16;

/// A step's run on a device.
type Run<P> = dyn FnMut(&Gpu, &<P as Problem>::Input, &mut <P as Problem>::Output) -> Result<(), GpuError>;

struct OnDevice<P: Problem> {
    gpu: Gpu,
    name: String,
    real: Scalar,
    measured: bool,
    run: Box<Run<P>>,
}

/// A step that computes in such numbers on a device, and runs like this.
pub(crate) fn on<P: Problem>(
    gpu: Gpu,
    real: Scalar,
    run: impl FnMut(&Gpu, &P::Input, &mut P::Output) -> Result<(), GpuError> + 'static,
) -> Ready<P> {
    let adapter = gpu.adapter();
    let name = format!("{} by {}", adapter.name, adapter.interface);
    Ok(Box::new(OnDevice { gpu, name, real, measured: false, run: Box::new(run) }))
}

impl<P: Problem> Prepared<P> for OnDevice<P> {
    fn run(&mut self, input: &P::Input, output: &mut P::Output) -> Result<(), StepError> {
        let before = self.gpu.counters().launches;
        (self.run)(&self.gpu, input, output)?;
        if !self.measured && self.gpu.counters().launches - before <= MEASURED {
            self.gpu.measure_kernels()?;
            self.measured = true;
        }
        Ok(())
    }

    fn threads(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        if self.gpu.adapter().kind == AdapterKind::Cpu { cores() } else { 1 }
    }

    fn device(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn kernel_time(&self) -> Option<Duration> {
        if self.measured { self.gpu.kernel_time().ok().flatten() } else { None }
    }

    fn ceiling(&mut self, work: &Work) -> Ceiling {
        if self.gpu.adapter().kind == AdapterKind::Cpu {
            return Ceiling::Processor;
        }
        limits::time(&self.gpu, self.real, work).map_or(Ceiling::Unknown, Ceiling::Device)
    }

    fn finish(self: Box<Self>) -> Result<(), StepError> {
        Ok(self.gpu.wait()?)
    }
}
