//! `cargo course dis`: the machine code of a step, with its source lines or counted.

use clap::Args;
use profiling::asm::{Error, Layout};
use runner::{Failure, Screen};

use crate::catalog::{find, ladders, only};
use crate::machine_code::{image, of_step, one_line, tell_changed, unavailable};
use crate::source::Sources;
use crate::workspace::root;

#[derive(Args, Debug)]
pub(crate) struct DisArgs {
    /// A step (kernels::mandelbrot::naive), or any function of the program
    step: String,
    /// Count the instructions by kind: packed, scalar, moves, branches, calls, loads, stores
    #[arg(long)]
    count: bool,
    /// Leave out the source lines
    #[arg(long, conflicts_with = "count")]
    no_sources: bool,
    /// Show the address of each instruction
    #[arg(long, conflicts_with = "count")]
    addresses: bool,
}

/// Lists or counts the instructions of a step.
pub(super) fn run(args: &DisArgs) -> Result<(), Failure> {
    let screen = Screen;
    let ladders = ladders();
    let image = image()?;
    let listings = match find(&ladders, &args.step) {
        Ok(found) => {
            let step = only(&args.step, &found)?;
            let listings = of_step(&image, &mut Sources::new(root()?), &step);
            // A listing with source lines says it by itself.
            if listings.is_err() || args.count || args.no_sources {
                tell_changed([step.step().file]);
            }
            listings?
        }
        // Any other function of the program will do: a kernel that a step calls, an instance of a generic one.
        Err(_) if !image.matching(&args.step).is_empty() => vec![image.dis(&args.step).map_err(refused)?],
        Err(failure) => return Err(failure),
    };
    for (index, listing) in listings.iter().enumerate() {
        if index > 0 {
            screen.line("")?;
        }
        if args.count {
            screen.line(listing.counts())?;
        } else {
            let layout = Layout { sources: !args.no_sources, addresses: args.addresses };
            screen.line(listing.text(layout).trim_end())?;
        }
    }
    Ok(())
}

/// A name that means nothing, or too much.
fn refused(error: Error) -> Failure {
    match error {
        Error::Ambiguous { .. } | Error::NoFunction { .. } | Error::Inlined { .. } => Failure::Usage(one_line(&error)),
        error => unavailable(error),
    }
}
