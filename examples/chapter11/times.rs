//! Tables of where the time on a device went.

use gpu::{Gpu, GpuError, Language, Times};
use runner::units::{grouped, ms, or_dash};
use runner::{Failure, Part};

/// A row of [`table`].
pub(crate) type Row = [String; 8];

/// The best of three runs, with its time told apart.
pub(crate) fn row(gpu: &Gpu, what: &str, work: impl Fn() -> Result<(), GpuError>) -> Result<Row, GpuError> {
    work()?;
    let before = gpu.counters();
    let ((), mut times) = gpu.times(&work)?;
    let after = gpu.counters();
    for _ in 0..2 {
        let ((), again) = gpu.times(&work)?;
        times = if again.total < times.total { again } else { times };
    }
    let Times { upload, launch, kernel, download, total } = times;
    let [up, down] = [after.bytes_up - before.bytes_up, after.bytes_down - before.bytes_down];
    Ok([
        what.to_owned(),
        ms(upload),
        ms(launch),
        or_dash(kernel, ms),
        ms(download),
        ms(total),
        grouped(after.launches - before.launches),
        format!("{:.2}, {:.2}", up as f64 / 1e6, down as f64 / 1e6),
    ])
}

/// Shows the rows of a device, in the table of this name or, over CUDA, in one beside it.
pub(crate) fn table(part: &mut Part<'_>, name: &str, gpu: &Gpu, rows: &[Row]) -> Result<(), Failure> {
    let header = ["what", "upload", "launch", "kernels", "download", "whole", "launches", "MB up, down"];
    let name = if gpu.language() == Language::Cuda { format!("{name}-cuda") } else { name.to_owned() };
    part.table(&name, &header, rows, &[0])
}
