//! Chapter 11: kernels on a graphics card.

mod chapter11 {
    pub(crate) mod break_even;
    pub(crate) mod contraction;
    pub(crate) mod devices;
    pub(crate) mod expression;
    pub(crate) mod intensity;
    pub(crate) mod launches;
    pub(crate) mod numbers;
    pub(crate) mod plane;
    pub(crate) mod resources;
    pub(crate) mod theirs;
    pub(crate) mod times;
    pub(crate) mod transfers;
    pub(crate) mod ways;
    pub(crate) mod workgroups;
}

use std::process::ExitCode;

use chapter11::break_even::break_even;
use chapter11::contraction::contraction;
use chapter11::devices::adapters;
use chapter11::intensity::intensity;
use chapter11::launches::launches;
use chapter11::resources::resources;
use chapter11::theirs::theirs;
use chapter11::transfers::transfers;
use chapter11::ways::ways;
use chapter11::workgroups::workgroups;
use runner::{Chapter, Setting};

fn main() -> ExitCode {
    runner::leave_out_the_screen();
    Chapter::new(11, "Graphics cards", gpu::ladders())
        .about(
            "A kernel is a function that thousands of invocations run at once. There are three ways to write one, and \
             three things to pay: the way there and back, the start, and the work.",
        )
        .front(adapters)
        .part(Some("mandelbrot"), theirs)
        .part(Some("mandelbrot"), contraction)
        .part(Some("mandelbrot"), ways)
        .part(Some("mandelbrot"), workgroups)
        .part(Some("mandelbrot"), resources)
        .part(Some("expression"), transfers)
        .part(Some("expression"), break_even)
        .part(Some("expression"), intensity)
        .part(None, launches)
        .setting(Setting::Workgroup)
        .run()
}
