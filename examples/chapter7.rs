//! Chapter 7: vector instructions, portable and by name.

use std::process::ExitCode;

use runner::Chapter;

fn main() -> ExitCode {
    Chapter::new(7, "SIMD", vectorised::simd::ladders())
        .about("One core, eight numbers at a time, and several times eight in flight.")
        .run()
}
