//! Machine code moves into memory that can be executed.
#![expect(unsafe_code, reason = "the processor is told of new instructions")]

use std::cell::Cell;
use std::ffi::c_void;
use std::time::Duration;

use cranelift_codegen::CompiledCode;
use memmap2::{Mmap, MmapMut};
use wasmtime_internal_jit_icache_coherence::{clear_cache, pipeline_flush_mt};

use crate::native::code::{CompiledLoop, Origin};
use crate::native::emit::Emitted;
use crate::native::region::Region;
use crate::native::{Problem, Unit};

/// Puts what the generator has made into memory that can be executed.
pub(super) fn finish(
    unit: &Unit<'_>,
    region: &Region,
    compiled: &CompiledCode,
    emitted: Emitted,
) -> Result<CompiledLoop, Problem> {
    if !compiled.buffer.relocs().is_empty() {
        return Err(Problem::Generator("the code needs a function that the processor should have".to_owned()));
    }
    let bytes = compiled.code_buffer();
    let memory = executable(bytes).map_err(|error| Problem::Generator(format!("no memory for the code: {error}")))?;
    let origins = compiled.buffer.get_srclocs_sorted().iter().filter(|origin| !origin.loc.is_default());
    let origins = origins.map(|origin| Origin { start: origin.start, end: origin.end, position: origin.loc.bits() });
    let lines = region.blocks.iter().flat_map(|(&start, &end)| start..end);
    let lines = lines.filter_map(|position| unit.code.lines.get(position as usize).copied().filter(|&line| line != 0));
    let lines = lines.fold((u32::MAX, 0), |(first, last), line| (first.min(line), last.max(line)));
    Ok(CompiledLoop {
        memory,
        length: bytes.len(),
        sites: emitted.sites,
        calls: vec![Cell::new(0); unit.code.instructions.len()].into(),
        entries: Cell::new(0),
        roots: emitted.roots,
        near: unit.near.clone(),
        origins: origins.collect(),
        head: region.head,
        lines,
        compile_time: Duration::ZERO,
    })
}

/// Memory that holds these instructions. It can be written before it can be executed, and never both at once.
pub(super) fn executable(bytes: &[u8]) -> std::io::Result<Mmap> {
    let mut memory = MmapMut::map_anon(bytes.len().max(1))?;
    memory[..bytes.len()].copy_from_slice(bytes);
    let memory = memory.make_exec()?;
    // SAFETY: the memory is ours.
    unsafe { clear_cache(memory.as_ptr().cast::<c_void>(), memory.len()) }.map_err(std::io::Error::other)?;
    pipeline_flush_mt().map_err(std::io::Error::other)?;
    Ok(memory)
}
