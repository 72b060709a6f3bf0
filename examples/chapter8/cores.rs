//! Whether the cores are cores: what one thread can compute and move, and what all can.

use runner::limits::limit;
use runner::units::times;
use runner::{Failure, Part};
use validation::{Settings, Work};

/// Measures arithmetic and memory on one thread and on all.
pub(crate) fn cores(part: &mut Part<'_>) -> Result<(), Failure> {
    let cores = Settings::default().threads.get();
    part.heading(&format!("What {cores} threads can do that one cannot"))?;
    let compute = Work { adds: 100_000_000, muls: 100_000_000, ..Work::default() };
    let bytes = 64 << 20;
    let memory = Work { adds: 1, bytes_read: 2 * bytes, bytes_written: bytes, ..Work::default() };
    let mut rows = Vec::new();
    for (name, work) in [
        ("additions and multiplications, in registers", compute),
        ("two arrays read, one written, from memory", memory),
    ] {
        let (Some(alone), Some(all)) = (limit(&work, 1), limit(&work, cores)) else {
            part.paragraph(&format!("{name}: too little memory, or too few threads, to measure"))?;
            continue;
        };
        let rate = |ms: f64| {
            if work.bytes() > 0 {
                format!("{:.1} Gbyte/s", work.bytes() as f64 / ms / 1e6)
            } else {
                format!("{:.1} Gflop/s", work.flops() as f64 / ms / 1e6)
            }
        };
        rows.push([name.to_owned(), rate(alone.ms()), rate(all.ms()), times(alone.ms() / all.ms())]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    part.line("Gflop/s: 10^9 floating-point operations in a second, on all threads together")?;
    part.table("cores", &["work", "one thread", "all threads", "speedup"], &rows, &[0])?;
    part.paragraph("Two hyperthreads of one core share its multipliers: together they would compute hardly more than one. Memory is shared by all cores, however many there are.")
}
