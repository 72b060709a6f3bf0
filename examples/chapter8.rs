//! Chapter 8: threads.

mod chapter8 {
    pub(crate) mod break_even;
    pub(crate) mod cores;
    pub(crate) mod counters;
    pub(crate) mod first_touch;
    pub(crate) mod speedups;
    pub(crate) mod starts;
    pub(crate) mod timelines;
}

use std::process::ExitCode;

use chapter8::break_even::break_even;
use chapter8::cores::cores;
use chapter8::counters::counters;
use chapter8::first_touch::first_touch;
use chapter8::speedups::speedups;
use chapter8::starts::starts;
use chapter8::timelines::timelines;
use runner::{Chapter, Setting};

fn main() -> ExitCode {
    Chapter::new(8, "Threads", threaded::ladders())
        .about("Who does which row, and how long the others wait for it. All answers are the same to the last bit.")
        .part(Some("mandelbrot"), timelines)
        .part(Some("mandelbrot"), |part| speedups(part, "mandelbrot", &["queued", "vectors", "free_running"]))
        .part(Some("expression"), |part| speedups(part, "expression", &["bands", "pooled", "streamed"]))
        .part(None, cores)
        .part(None, first_touch)
        .part(None, starts)
        .part(None, break_even)
        .part(None, counters)
        .setting(Setting::Chunk)
        .run()
}
