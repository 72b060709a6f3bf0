//! What a compiler says of the tutorial's kernel, as the tutorial prints it.

use gpu::{Arithmetic, Gpu, GpuError, Scalar};
use runner::{Failure, Part};

use super::devices::devices;
use super::plane::Plane;

/// Shows what an invocation takes, in both precisions of each device.
pub(crate) fn resources(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("What an invocation takes", |part| {
        let mut text = Vec::new();
        for gpu in devices()? {
            let doubles = gpu.adapter().double.then_some((Scalar::Double, "f64"));
            for (real, precision) in doubles.into_iter().chain([(Scalar::Float, "f32")]) {
                let known = known(&gpu, real)?;
                let said = if known.is_empty() { "its driver does not say".to_owned() } else { known.join(", ") };
                text.push(format!("source in {precision} on {}: {said}", gpu.adapter().name));
            }
        }
        part.text("resources", &text.join("\n"))?;
        if Gpu::cuda().is_err() {
            part.paragraph("CUDA says how many registers a kernel takes, and how many workgroups run at once.")?;
        }
        Ok(())
    })
}

/// What the driver says of the kernel.
fn known(gpu: &Gpu, real: Scalar) -> Result<Vec<String>, GpuError> {
    let told = Plane::source(gpu, real, Arithmetic::Exact)?.kernel.resources()?;
    let numbers = [
        (told.registers, "registers"),
        (told.local_bytes, "bytes of local memory"),
        (told.shared_bytes, "bytes of shared memory"),
        (told.resident_groups, "workgroups of 64 at once on a multiprocessor"),
        (told.multiprocessors, "multiprocessors"),
    ];
    Ok(numbers.iter().filter_map(|(number, what)| number.map(|number| format!("{number} {what}"))).collect())
}
