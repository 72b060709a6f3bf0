//! Chapter 9: processes, pools of them, and memory that they share.

mod chapter9 {
    pub(crate) mod chunks;
    pub(crate) mod copies;
    pub(crate) mod counter;
    pub(crate) mod python;
    pub(crate) mod round_trips;
    pub(crate) mod samples;
    pub(crate) mod sleepers;
    pub(crate) mod starts;
    pub(crate) mod theirs;
    pub(crate) mod workers;
}

use std::process::ExitCode;

use chapter9::chunks::chunks;
use chapter9::copies::copies;
use chapter9::counter::counter;
use chapter9::round_trips::round_trips;
use chapter9::samples::samples;
use chapter9::sleepers::sleepers;
use chapter9::starts::starts;
use chapter9::theirs::theirs;
use runner::{Chapter, Setting};

fn main() -> ExitCode {
    multiprocess::init();
    Chapter::new(9, "Processes", multiprocess::ladders())
        .about("A process shares nothing unless it is told to. What is sent costs time, and what is shared needs care.")
        .part(Some("mandelbrot"), chunks)
        .part(Some("pi"), samples)
        .part(None, sleepers)
        .part(None, starts)
        .part(None, round_trips)
        .part(None, copies)
        .part(None, counter)
        .part(None, theirs)
        .setting(Setting::Chunk)
        .run()
}
