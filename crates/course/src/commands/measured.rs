//! What `cargo course scale` starts for each step and size: a process that runs one step as often as it is asked to.

use std::num::NonZeroUsize;

use clap::Args;
use runner::{Failure, size};
use validation::Settings;

use crate::catalog::{find_one, ladders, of_problem};
use crate::scale::{Answer, Reply, Size, answer, request, say, serve};

#[derive(Args, Debug)]
pub(crate) struct MeasuredArgs {
    /// The problem
    problem: String,
    /// The step; without one the right answer is told
    step: Option<String>,
    /// The size
    #[arg(long, value_parser = size)]
    size: Size,
    /// Threads of a step that has several
    #[arg(long, value_parser = runner::threads)]
    threads: NonZeroUsize,
}

/// Runs a step once for each line of the standard input; or says what the right answer is.
pub(super) fn run(args: &MeasuredArgs) -> Result<(), Failure> {
    let ladders = ladders();
    let of_problem = of_problem(&ladders, &args.problem)?;
    let input = match of_problem[0].input(&request(args.size)) {
        Ok(input) => input,
        Err(error) => return say(&Reply::<Answer>::Refused(error.to_string())),
    };
    let Some(step) = &args.step else {
        return say(&Reply::Found(answer(&input)));
    };
    let settings = Settings { threads: args.threads, ..Settings::default() };
    match find_one(&ladders, step)?.start(&input, &settings) {
        Ok(mut session) => {
            serve(&mut *session)?;
            session.finish().map_err(|error| Failure::Io(error.to_string()))
        }
        Err(error) => say(&Reply::<Answer>::Refused(error.to_string())),
    }
}
