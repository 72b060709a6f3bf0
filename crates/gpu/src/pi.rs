//! The pi ladder of graphics cards: enough work for all invocations.

use validation::pi::Input;
use validation::{Expected, Pi, Ready, Settings, Step, step};

use crate::prepared::on;
use crate::{Gpu, GpuArray, Scalar, SourceKernel, Text, arguments};

/// Samples of an invocation in one launch. A driver ends a kernel that runs for seconds, as the screen stands still meanwhile, and
/// Mesa's llvmpipe any loop after 65535 passes, without a word.
const SAMPLES_A_LAUNCH: usize = 50_000;

/// Both kernels.
const DARTS: Text = Text { wgsl: include_str!("kernels/pi.wgsl"), cuda: include_str!("kernels/pi.cu") };

// ANCHOR: chunks
/// One invocation for each chunk, with the stream that belongs to it.
///
/// Mirrors the book's pool, in which each process had a chunk. Look at who has nothing to do: ten chunks are ten invocations, on a device
/// that has room for thousands.
pub fn chunks(_: &Input, settings: &Settings) -> Ready<Pi> {
    let gpu = Gpu::new()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup.get() as u32);
    let chunks = SourceKernel::options(DARTS, "chunks").real(Scalar::Double).workgroup(workgroup).build(&gpu)?;
    on::<Pi>(gpu, Scalar::Double, move |gpu, input, hits| {
        let counted = GpuArray::<u32>::zeros(gpu, input.chunks);
        let (elements, groups) = (input.chunks as u32, chunks.groups(input.chunks, SAMPLES_A_LAUNCH as u32)?);
        for first in (0..input.samples).step_by(SAMPLES_A_LAUNCH) {
            let samples = SAMPLES_A_LAUNCH.min(input.samples - first);
            chunks.launch(groups, arguments![&counted, first as u32, samples as u32, elements])?;
        }
        hits.iter_mut().zip(counted.to_vec()?).for_each(|(hits, count)| *hits = u64::from(count));
        Ok(())
    })
}
// ANCHOR_END: chunks

// ANCHOR: leaps
/// A whole workgroup for each chunk: SplitMix64 only counts on, so each invocation leaps to its own samples, and an atomic addition brings
/// their hits together.
///
/// Mirrors a counter-based generator, which every library for graphics cards has for this reason. Look at the order: the samples are taken
/// in another one, and the hits are the same.
pub fn leaps(_: &Input, settings: &Settings) -> Ready<Pi> {
    let gpu = Gpu::new()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup.get() as u32);
    let leaps = SourceKernel::options(DARTS, "leaps").real(Scalar::Double).workgroup(workgroup).build(&gpu)?;
    on::<Pi>(gpu, Scalar::Double, move |gpu, input, hits| {
        let counted = GpuArray::<u32>::zeros(gpu, input.chunks);
        let (chunks, samples) = (input.chunks as u32, input.samples as u32);
        let groups = leaps.groups(input.chunks * workgroup as usize, samples / workgroup)?;
        leaps.launch(groups, arguments![&counted, 0_u32, samples, chunks])?;
        hits.iter_mut().zip(counted.to_vec()?).for_each(|(hits, count)| *hits = u64::from(count));
        Ok(())
    })
}
// ANCHOR_END: leaps

/// The chunks over NVIDIA's own driver.
///
/// Mirrors the same program. Look at the card's load: ten lanes of thousands.
pub fn cuda_chunks(_: &Input, settings: &Settings) -> Ready<Pi> {
    let gpu = Gpu::cuda()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup.get() as u32);
    let chunks = SourceKernel::options(DARTS, "chunks").real(Scalar::Double).workgroup(workgroup).build(&gpu)?;
    on::<Pi>(gpu, Scalar::Double, move |gpu, input, hits| {
        let counted = GpuArray::<u32>::zeros(gpu, input.chunks);
        let (elements, groups) = (input.chunks as u32, chunks.groups(input.chunks, SAMPLES_A_LAUNCH as u32)?);
        for first in (0..input.samples).step_by(SAMPLES_A_LAUNCH) {
            let samples = SAMPLES_A_LAUNCH.min(input.samples - first);
            chunks.launch(groups, arguments![&counted, first as u32, samples as u32, elements])?;
        }
        hits.iter_mut().zip(counted.to_vec()?).for_each(|(hits, count)| *hits = u64::from(count));
        Ok(())
    })
}

/// The leaps over NVIDIA's own driver.
///
/// Mirrors the same program. Look at the kernel's own time beside the time of a launch.
pub fn cuda_leaps(_: &Input, settings: &Settings) -> Ready<Pi> {
    let gpu = Gpu::cuda()?;
    let workgroup = settings.workgroup.map_or(64, |workgroup| workgroup.get() as u32);
    let leaps = SourceKernel::options(DARTS, "leaps").real(Scalar::Double).workgroup(workgroup).build(&gpu)?;
    on::<Pi>(gpu, Scalar::Double, move |gpu, input, hits| {
        let counted = GpuArray::<u32>::zeros(gpu, input.chunks);
        let (chunks, samples) = (input.chunks as u32, input.samples as u32);
        let groups = leaps.groups(input.chunks * workgroup as usize, samples / workgroup)?;
        leaps.launch(groups, arguments![&counted, 0_u32, samples, chunks])?;
        hits.iter_mut().zip(counted.to_vec()?).for_each(|(hits, count)| *hits = u64::from(count));
        Ok(())
    })
}

/// The steps of this ladder, in order.
pub const STEPS: &[Step<Pi>] = &[
    step!(prepared chunks, "the book's pool", "an invocation a chunk"),
    step!(prepared leaps, "counter-based generators", "a workgroup a chunk").lesson(Expected::Faster),
    step!(prepared cuda_chunks, "the book's pool", "an invocation a chunk, over CUDA"),
    step!(prepared cuda_leaps, "counter-based generators", "a workgroup a chunk, over CUDA"),
];
