//! How many passes the loops of an invocation can make before the device ends them by itself.

use crate::arguments;
use crate::array::GpuArray;
use crate::device::{FEW_PASSES, Gpu, lock};
use crate::elementwise::ElementwiseKernel;
use crate::error::GpuError;
use crate::source::Text;

impl Gpu {
    /// Refuses a launch in which an invocation makes more passes of its loops than the device can. Mesa's llvmpipe ends any loop after
    /// 65535 passes of all loops together, and says nothing: the answer is wrong. Whether this device does is found out by a kernel that
    /// counts, the first time that somebody asks for so many, or starts a kernel with loops without saying how many there will be.
    ///
    /// Such a kernel is watched on a device that ends loops: [`GpuError::LoopEnded`] is what the next call says that waits. That costs two
    /// atomic operations for each loop that an invocation begins, so it is better to say the passes where they are known, by
    /// [`ElementwiseKernel::launch_loops`] or [`SourceKernel::groups`](crate::SourceKernel::groups).
    ///
    /// # Errors
    /// [`GpuError::TooLarge`] when it does; else those of a launch.
    pub fn check_passes(&self, passes: u64) -> Result<(), GpuError> {
        if passes <= FEW_PASSES {
            return Ok(());
        }
        let allowed = self.passes()?;
        let what = "passes of the loops in an invocation";
        if passes > allowed { Err(GpuError::TooLarge { what, asked: passes, allowed }) } else { Ok(()) }
    }

    /// Passes that the loops of an invocation can make together.
    pub(super) fn passes(&self) -> Result<u64, GpuError> {
        let mut limit = lock(&self.shared.passes);
        match *limit {
            Some(allowed) => Ok(allowed),
            None => Ok(*limit.insert(self.count_passes()?)),
        }
    }

    // ANCHOR: passes
    /// How far a loop counts that should count a little further than the limit of llvmpipe.
    fn count_passes(&self) -> Result<u64, GpuError> {
        let further = 2 * FEW_PASSES as u32;
        let body = Text {
            wgsl: "for (var turn = 0u; turn < passes; turn += 1u) { counted[i] = counted[i] + 1u; }",
            cuda: "for (unsigned turn = 0; turn < passes; ++turn) { counted[i] = counted[i] + 1; }",
        };
        let count = ElementwiseKernel::new(self, "unsigned *counted, unsigned passes", body, "count_passes")?;
        let counted = GpuArray::<u32>::zeros(self, 1);
        count.launch_unwatched(arguments![&counted, further])?;
        let counted = counted.to_vec()?[0];
        Ok(if counted == further { u64::MAX } else { u64::from(counted) })
    }
    // ANCHOR_END: passes
}
