//! `cargo course machine`: what this machine is, and what it allows.

use clap::Args;
use runner::limits::{Throughput, machine_limits};
use runner::machine::{Build, Machine};
use runner::{Failure, Progress, Screen, plain_table};

#[derive(Args, Debug)]
pub(crate) struct MachineArgs {
    /// Only describe, do not measure
    #[arg(long)]
    no_limits: bool,
}

/// Describes the machine and, unless told not to, measures its limits with one thread and with all.
pub(super) fn run(args: &MachineArgs) -> Result<(), Failure> {
    let screen = Screen;
    let machine = Machine::detect();
    screen.line(&machine)?;
    screen.line(Build::this())?;
    for adapter in gpu::Gpu::adapters() {
        screen.line(format!("gpu: {adapter}"))?;
    }
    if args.no_limits {
        return Ok(());
    }
    let mut threads = vec![1, machine.usable_cores];
    threads.dedup();
    for threads in threads {
        let progress = Progress::new(1);
        progress.begin(format_args!("measuring with {threads} threads"));
        let limits = machine_limits(threads);
        drop(progress);
        show(&screen, &limits)?;
    }
    cards(&screen)
}

/// What the graphics cards allow. A driver that computes on the processor is measured with the processor.
fn cards(screen: &Screen) -> Result<(), Failure> {
    let opened = [gpu::Gpu::new(), gpu::Gpu::cuda()].into_iter().flatten();
    for gpu in opened.filter(|gpu| gpu.adapter().kind != gpu::AdapterKind::Cpu) {
        screen.line(format!("\n{}", gpu.adapter()))?;
        let reals = [("single", gpu::Scalar::Float), ("double", gpu::Scalar::Double)];
        let reals = reals.into_iter().filter(|(_, real)| gpu.adapter().double || !real.is_double());
        let mut rows = Vec::new();
        for (precision, real) in reals {
            match gpu::throughput(&gpu, real) {
                Ok(limit) => {
                    let rates = [limit.operations, limit.divisions, limit.roots, limit.integers, limit.bytes];
                    let [operations, divisions, roots, integers, bytes] =
                        rates.map(|rate| format!("{:.1}", rate * 1e-9));
                    rows.push([precision.to_owned(), operations, divisions, roots, integers, bytes]);
                }
                Err(error) => screen.line(format!("{precision} precision: {error}"))?,
            }
        }
        let header = ["10^9 / s", "add, multiply", "divide", "square root", "32-bit integers", "bytes"];
        screen.line(plain_table(&header, &rows, &[0]))?;
    }
    Ok(())
}

fn show(screen: &Screen, limits: &Throughput) -> Result<(), Failure> {
    let clock = limits.clock_ghz.map(|clock| format!(", clock {clock:.2} GHz")).unwrap_or_default();
    let threads = if limits.threads == 1 { "thread" } else { "threads" };
    screen.line(format!("\n{} {threads}, widest instructions {}{clock}", limits.threads, limits.instructions))?;
    let operations = limits.operations.iter().map(|operation| {
        let per_cycle = operation.per_cycle.map_or_else(|| "-".to_owned(), |count| format!("{count:.2}"));
        let rate = format!("{:.2}", operation.giga_per_second);
        [operation.name.to_owned(), operation.instructions.to_owned(), rate, per_cycle]
    });
    let header = ["operation", "with", "10^9 / s", "a cycle of one thread"];
    screen.line(plain_table(&header, &operations.collect::<Vec<_>>(), &[0, 1]))?;
    let bandwidths = limits.bandwidths.iter().map(|bandwidth| {
        let number = |value: f64| format!("{value:.1}");
        [
            bandwidth.level.clone(),
            validation::memory::human(bandwidth.bytes),
            number(bandwidth.read),
            number(bandwidth.written),
            bandwidth.streamed.map_or_else(|| "-".to_owned(), number),
            number(bandwidth.read_and_written),
        ]
    });
    let header = ["GB/s", "buffers", "read", "written", "past the caches", "2 read, 1 written"];
    screen.line(plain_table(&header, &bandwidths.collect::<Vec<_>>(), &[0]))
}
