//! The book's first program: four processes, each asleep for a second, in one second together.

use std::thread;
use std::time::{Duration, Instant};

use multiprocess::{Process, STALL_LIMIT, SharedValue, task};
use runner::units::ms;
use runner::{Failure, Part};

// ANCHOR: sleepers
fn sleep_and_tell((id, milliseconds, order): (u32, u64, SharedValue<u32>)) {
    thread::sleep(Duration::from_millis(milliseconds));
    let place = order.add(1) + 1;
    println!("  I'm the process with id: {id}, process {} of this system, awake as number {place}", std::process::id());
}
task!(sleep_and_tell);

pub(crate) fn sleepers(part: &mut Part<'_>) -> Result<(), Failure> {
    let nap = if part.quick() { 100 } else { 1000 };
    part.section(&format!("Four processes that sleep for {nap} ms each"), |part| {
        let order = SharedValue::new(0)?;
        let started = Instant::now();
        let sleepers: Vec<Process> =
            (1..=4).map(|id| Process::start(sleep_and_tell, (id, nap, order.clone()))).collect::<Result<_, _>>()?;
        for sleeper in sleepers {
            sleeper.join_unless_stalled(STALL_LIMIT)?;
        }
        let elapsed = started.elapsed();
        // ANCHOR_END: sleepers
        let told = format!("4 sleepers of {nap} ms each: {} ms on the clock on the wall", ms(elapsed));
        Ok(part.text("sleepers", &told)?)
    })
}
