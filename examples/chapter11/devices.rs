//! Which devices there are, and which of them the parts of the chapter use.

use gpu::{Adapter, AdapterKind, ElementwiseKernel, Gpu, GpuError};
use runner::units::grouped;
use runner::{Failure, Part};

/// The device of the steps, and beside it the card over CUDA, where there is one and a compiler for its kernels.
pub(crate) fn devices() -> Result<Vec<Gpu>, GpuError> {
    let compiles =
        |gpu: &Gpu| ElementwiseKernel::new(gpu, "unsigned *count", "count[i] = 1;", "whether_it_compiles").is_ok();
    let (portable, cuda) = (Gpu::new(), Gpu::cuda().ok().filter(compiles));
    match (portable, cuda) {
        (Err(error), None) => Err(error),
        (portable, cuda) => Ok(portable.into_iter().chain(cuda).collect()),
    }
}

/// What there is, what is used, and what that means for the numbers.
pub(crate) fn adapters(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Which devices there are", |part| {
        let rows: Vec<_> = Gpu::adapters().iter().map(row).collect();
        if !rows.is_empty() {
            part.table("adapters", &["device", "by", "f64", "clock", "takes marks"], &rows, &[0, 1])?;
        }
        match Gpu::new() {
            Err(GpuError::Unavailable(why)) => {
                part.unavailable(&why)?;
                part.paragraph(
                    "The chapter goes on, and shows every step that needs it as unavailable. All other chapters need no \
                     device.",
                )?;
            }
            gpu => used(part, gpu?.adapter())?,
        }
        Ok(())
    })
}

/// A device, and what it can do.
fn row(adapter: &Adapter) -> [String; 5] {
    let marks = adapter.passthrough || adapter.interface == "CUDA";
    let flags = [adapter.double, adapter.timestamps, marks];
    let [double, clock, marks] = flags.map(|yes| if yes { "yes" } else { "no" }.to_owned());
    [adapter.name.clone(), adapter.interface.to_owned(), double, clock, marks]
}

/// The device of the steps, and what it allows.
fn used(part: &Part<'_>, adapter: &Adapter) -> Result<(), Failure> {
    part.paragraph(&format!("Used: {adapter}."))?;
    part.paragraph(&format!(
        "A workgroup has up to {} invocations, a launch up to {} workgroups, an array up to {}.",
        grouped(adapter.workgroup.into()),
        grouped(adapter.groups.into()),
        validation::memory::human(adapter.array_bytes)
    ))?;
    if adapter.kind == AdapterKind::Cpu {
        part.paragraph(
            "This is no graphics card. Its driver compiles the same kernels for the cores of the processor, so the \
             answers are those of a card to the last bit, and the times are not: they compare with chapters 7 and 8, \
             which have the same cores. Nothing travels over a bus, a start costs a wake-up, and 'of limit' is the \
             processor's.",
        )?;
    }
    Ok(())
}
