//! `cargo course dis`: the machine code of a step, with its source lines or counted; of one that runs a file of Python the bytecode too.

use clap::Args;
use profiling::asm::{Error, Layout, Listing};
use runner::{Failure, LadderStep, Screen};

use crate::catalog::{find, ladders, only};
use crate::machine_code::{image, of_step, one_line, tell_changed, unavailable};
use crate::python_code;
use source::Sources;
use source::workspace::root;

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
    /// Show the bytecode of the function of Python that the step runs
    #[arg(long, conflicts_with_all = ["count", "addresses"])]
    bytecode: bool,
}

/// Lists or counts the instructions of a step.
pub(super) fn run(args: &DisArgs) -> Result<(), Failure> {
    let screen = Screen;
    let ladders = ladders();
    let found = find(&ladders, &args.step);
    if args.bytecode {
        let step = only(&args.step, &found?)?;
        let Some(program) = step.info().program else {
            let path = step.info().path();
            return Err(Failure::Usage(format!("{path} runs no file of Python: leave --bytecode out")));
        };
        tell_changed([program.file]);
        return screen.line(python_code::bytecode(&step, !args.no_sources)?.trim_end());
    }
    let listings = match found {
        Ok(found) => of_the_step(args, &only(&args.step, &found)?)?,
        Err(failure) => {
            // Any other function of the program will do: a kernel that a step calls, an instance of a generic one.
            let image = image()?;
            match image.matching(&args.step)[..] {
                [] => return Err(failure),
                _ => vec![image.dis(&args.step).map_err(refused)?],
            }
        }
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

/// The listings of a step: of the loops that it compiles while it runs, or of its functions.
fn of_the_step(args: &DisArgs, step: &LadderStep<'_>) -> Result<Vec<Listing>, Failure> {
    let program = step.info().program;
    let listings = match program {
        Some(_) => python_code::machine_code(step),
        None => of_step(&image()?, &mut Sources::new(root()?), step),
    };
    // A listing with source lines says it by itself.
    if listings.is_err() || args.count || args.no_sources {
        tell_changed([program.map_or(step.info().file, |program| program.file)]);
    }
    listings
}

/// A name that means nothing, or too much.
fn refused(error: Error) -> Failure {
    match error {
        Error::Ambiguous { .. } | Error::NoFunction { .. } | Error::Inlined { .. } => Failure::Usage(one_line(&error)),
        error => unavailable(error),
    }
}
