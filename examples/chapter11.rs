//! Chapter 11: kernels on a graphics card.

use std::process::ExitCode;

use runner::Chapter;

fn main() -> ExitCode {
    Chapter::new(11, "graphics cards", gpu::ladders()).run()
}
