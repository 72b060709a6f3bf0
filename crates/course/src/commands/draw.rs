//! `cargo course draw`: the pictures of ideas that the book shows, and the caches of this machine.

use std::path::{Path, PathBuf};

use clap::Args;
use runner::limits::latency;
use runner::machine::{Machine, caches};
use runner::output::{create_folder, default_out, shown};
use runner::plot::{Chart, Drawing};
use runner::{Failure, Progress, Screen};
use source::workspace::root;

use crate::ideas::{IDEAS, hierarchy};

#[derive(Args, Debug)]
pub(crate) struct DrawArgs {
    /// Put them into the book, instead of target/course
    #[arg(long)]
    record: bool,
}

/// Draws every picture, and measures the caches on the way.
pub(super) fn run(args: &DrawArgs) -> Result<(), Failure> {
    let folder: PathBuf = if args.record { root()?.join("docs/src/images") } else { default_out() };
    create_folder(&folder)?;
    for (name, draw) in IDEAS {
        write(&draw(), &folder.join(format!("{name}.svg")))?;
    }
    let progress = Progress::new(1);
    progress.begin("measuring the caches");
    let drawing = hierarchy(&caches(), latency, &Machine::detect().summary());
    drop(progress);
    write(&drawing, &folder.join("hierarchy.svg"))
}

fn write(drawing: &Drawing, path: &Path) -> Result<(), Failure> {
    drawing.write(path).map_err(|error| Failure::Io(error.to_string()))?;
    Screen.line(format!("written: {}", shown(path)))
}
