//! Children of this program that work for a cluster: engines and hosts.

use std::fs::File;
use std::process::exit;

use crate::engine::{EngineOptions, engine};
use crate::host::host;
use crate::orders::{EngineOrder, read_order};
use crate::program;

/// Works until the parent ends, or the server has been away for too long.
pub(crate) fn serve_engine(line: &File) -> ! {
    let ended = read_order::<EngineOrder>(line).and_then(|told| {
        program::is(told.build);
        let EngineOrder { server, credentials, name, number, .. } = told;
        engine(EngineOptions { server, name, credentials, number, patience: None })
    });
    if let Err(error) = ended {
        eprintln!("an engine ends: {error}");
    }
    exit(1)
}

/// Fetches programs and runs their engines until the parent ends, or the server has been away for too long.
pub(crate) fn serve_host(line: &File) -> ! {
    if let Err(error) = read_order(line).and_then(|options| host(options, |_| {})) {
        eprintln!("a host ends: {error}");
    }
    exit(1)
}
