//! What this CPU has: which instruction sets, and steps that run only where theirs is one of them.
#![expect(unsafe_code, reason = "functions for named instruction sets may be called only where the CPU has them")]

use validation::{Problem, Ready, StepError, ready};

/// An instruction set of this family of CPUs, as the program sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstructionSet {
    /// Its name among Rust's target features.
    pub name: &'static str,
    /// Doubles in one of its registers.
    pub lanes: usize,
    /// Whether the compiler was told that every CPU which runs this program has it. All code may use it then, and so does
    /// [`wide`].
    pub compiled: bool,
    /// Whether the CPU that runs this program has it, as asked now. Functions of their own may use it then.
    pub detected: bool,
}

/// The instruction sets that the steps use, from the oldest to the newest.
pub fn instruction_sets() -> Vec<InstructionSet> {
    macro_rules! sets {
        ($detected:ident: $($name:tt $lanes:literal),*) => {
            vec![$(InstructionSet {
                name: $name,
                lanes: $lanes,
                compiled: cfg!(target_feature = $name),
                detected: std::arch::$detected!($name),
            }),*]
        };
    }
    #[cfg(target_arch = "x86_64")]
    return sets!(is_x86_feature_detected: "sse2" 2, "avx" 4, "avx2" 4, "fma" 4, "avx512f" 8, "avx512dq" 8);
    #[cfg(target_arch = "aarch64")]
    return sets!(is_aarch64_feature_detected: "neon" 2);
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return Vec::new();
}

/// A function that may be called only where the CPU has its instructions.
pub(super) type CpuKernel<P> = unsafe fn(&<P as Problem>::Input, &mut <P as Problem>::Output);

/// A step that runs a kernel which not every CPU can run, and which is chosen here, before the clock starts.
///
/// # Safety
/// The CPU has the instructions of the kernel.
pub(super) unsafe fn on_this_cpu<P: Problem>(kernel: CpuKernel<P>) -> Ready<P> {
    // SAFETY: the caller says that this CPU has the instructions.
    alone(move |input: &P::Input, output: &mut P::Output| unsafe { kernel(input, output) })
}

/// A step that computes like this, on one thread.
pub(super) fn alone<P: Problem>(mut compute: impl FnMut(&P::Input, &mut P::Output) + 'static) -> Ready<P> {
    ready(1, move |input: &P::Input, output: &mut P::Output| {
        compute(input, output);
        Ok(())
    })
}

/// What a step says on a CPU that does not have its instructions.
pub(crate) fn needs(instructions: &str, who_has_them: &str) -> StepError {
    StepError::Unavailable(format!(
        "needs {instructions} instructions, which this CPU does not have; run it on {who_has_them}"
    ))
}
