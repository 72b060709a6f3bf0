//! What this machine is, and what it allows.

use runner::limits::{Throughput, machine_limits};
use runner::machine::{Build, Machine};
use runner::{Failure, Progress, Screen, plain_table};

use crate::command::MachineArgs;

/// Describes the machine and, unless told not to, measures its limits with one thread and with all.
pub(crate) fn machine(args: &MachineArgs) -> Result<(), Failure> {
    let screen = Screen;
    let machine = Machine::detect();
    screen.line(&machine)?;
    screen.line(Build::this())?;
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
