//! What it costs to start a kernel that has next to nothing to do.

use std::time::Duration;

use gpu::{ElementwiseKernel, Gpu, GpuArray, GpuError, arguments};
use runner::units::us;
use runner::{Failure, Part, Stop, best};

use super::devices::devices;

/// Shows what a launch costs on each device.
pub(crate) fn launches(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("What a launch costs", |part| {
        let starts: u32 = if part.quick() { 200 } else { 1000 };
        let mut rows = Vec::new();
        for gpu in devices()? {
            let by = gpu.adapter().interface;
            rows.extend(costs(&gpu, starts)?.map(|(what, time)| [by.to_owned(), what, us(time)]));
        }
        Ok(part.table("launches", &["by", "what", "us each"], &rows, &[0, 1])?)
    })
}

/// What is done, and the time that each takes.
fn costs(gpu: &Gpu, starts: u32) -> Result<[(String, Duration); 4], Stop> {
    // Some kernel that nobody has compiled before.
    let compile = || ElementwiseKernel::new(gpu, "unsigned *count", "count[i] = count[i] + 1;", "next");
    let (next, compiled) = best(1, compile)?;
    let count = GpuArray::<u32>::zeros(gpu, 1);
    let start = || next.launch(arguments![&count]);
    start()?;
    gpu.wait()?;
    let ((), one_by_one) = best(1, || (0..starts).try_for_each(|_| start().and_then(|()| gpu.wait())))?;
    let ((), in_a_row) = best(1, || {
        (0..starts).try_for_each(|_| start())?;
        gpu.wait()
    })?;
    let (counted, fetched) = best(1, || (0..starts).try_fold(0, |_, _| Ok::<_, GpuError>(count.to_vec()?[0])))?;
    if counted != 2 * starts + 1 {
        return Err(Failure::Wrong.into());
    }
    Ok([
        ("compile a kernel, once".to_owned(), compiled),
        (format!("start one and wait for it, {starts} times"), one_by_one / starts),
        (format!("start {starts} of them and wait for the last"), in_a_row / starts),
        ("fetch one number".to_owned(), fetched / starts),
    ])
}
