//! Every step against every known answer.

use std::process::ExitCode;
use std::sync::OnceLock;

use gpu::{AdapterKind, Gpu};
use validation::{SharedInput, StepInfo};

fn main() -> ExitCode {
    runner::test_steps_but(gpu::ladders(), &[], without_many_kernels)
}

/// Operations from which on the steps of whole arrays are left to a card, and to chapter 11.
const MUCH_WORK: u64 = 10_000_000;

/// In a loop, whole arrays start thousands of kernels one after the other. A driver that computes on the processor's own cores takes a minute for
/// what a card does in a second.
fn without_many_kernels(step: &StepInfo, input: &SharedInput) -> Option<String> {
    let in_loops = step.name.starts_with("arrays") && ["mandelbrot", "particles"].contains(&step.problem);
    let slow = in_loops && input.work().flops() > MUCH_WORK && computes_on_the_processor();
    slow.then(|| {
        "takes a minute on a driver without a card; `cargo run --example chapter11` checks such sizes".to_owned()
    })
}

fn computes_on_the_processor() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| Gpu::new().is_ok_and(|device| device.adapter().kind == AdapterKind::Cpu))
}
