//! Chapter 10: more machines.

mod chapter10 {
    pub(crate) mod chunks;
    pub(crate) mod engines;
    pub(crate) mod interactive;
    pub(crate) mod killed;
    pub(crate) mod peers;
    pub(crate) mod rack;
    pub(crate) mod round_trips;
    pub(crate) mod scattered;
    pub(crate) mod sending;
    pub(crate) mod session;
    pub(crate) mod statistics;
    pub(crate) mod theirs;
    pub(crate) mod watched;
}

use std::process::ExitCode;

use chapter10::chunks::chunks;
use chapter10::engines::{SERVER, server};
use chapter10::interactive::interactive;
use chapter10::killed::killed;
use chapter10::peers::peers;
use chapter10::rack::rack;
use chapter10::round_trips::round_trips;
use chapter10::scattered::scattered;
use chapter10::sending::sending;
use chapter10::statistics::statistics;
use chapter10::theirs::theirs;
use chapter10::watched::watched;
use runner::{Chapter, Setting};

fn main() -> ExitCode {
    cluster::init();
    Chapter::new(10, "More machines", cluster::ladders())
        .about("What another machine has to be told, what it costs to tell it, and what is left when it dies.")
        .part(Some("mandelbrot"), statistics)
        .part(Some("mandelbrot"), chunks)
        .part(Some("particles"), scattered)
        .part(None, interactive)
        .part(None, round_trips)
        .part(None, sending)
        .part(None, peers)
        .part(None, theirs)
        .setting(Setting::Chunk)
        .words(SERVER, server)
        .extra(
            "kill",
            "Kill an engine with -9, and then the server, in the middle of 200 tasks, and show that nothing is lost",
            killed,
        )
        .extra(
            "rack",
            "Start a thousand engines in this process, and show what the server makes of as many connections",
            rack,
        )
        .extra(
            "watch",
            "Give tasks to the engines of the server that CLUSTER_SERVER names, and say who falls silent meanwhile",
            watched,
        )
        .run()
}
