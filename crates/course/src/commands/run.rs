//! `cargo course run`: the steps that are asked for, a table for each problem.

use std::cell::RefCell;
use std::path::PathBuf;

use clap::Args;
use runner::output::Kept;
use runner::{
    Failure, LadderStep, Screen, SizeArgs, Status, StepRecord, TimingArgs, heading, lessons, run_steps, show_records,
};
use validation::SharedInput;

use crate::catalog::{find_all, ladders, problems};

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// Steps: kernels::mandelbrot::naive, "kernels naive", or naive wherever there is one; kernels, or vectorised::simd, for all of its
    /// steps
    #[arg(required = true, value_name = "STEP")]
    steps: Vec<String>,
    #[command(flatten)]
    sizes: SizeArgs,
    #[command(flatten)]
    timing: TimingArgs,
    /// Write the results to this file, as a JSON array with one object for each step
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Runs steps, a table for each problem.
pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let ladders = ladders();
    let mut found: Vec<LadderStep<'_>> = Vec::new();
    for name in &args.steps {
        for step in find_all(&ladders, name)? {
            if !found.iter().any(|other| other.info() == step.info()) {
                found.push(step);
            }
        }
    }
    let of_problem = |problem: &String| -> Vec<_> {
        found.iter().copied().filter(|step| step.ladder.problem() == problem).collect()
    };
    let groups: Vec<_> = problems(&ladders).iter().map(of_problem).filter(|group| !group.is_empty()).collect();
    refuse_ignored(args, &groups)?;
    let request = |group: &Vec<LadderStep<'_>>| args.sizes.request(group[0].ladder.problem(), groups.len() == 1);
    let inputs = groups.iter().map(|group| group[0].ladder.input(&request(group)));
    let inputs: Vec<_> = inputs.collect::<Result<_, _>>().map_err(|error| Failure::Usage(error.to_string()))?;
    let mut kept = Kept::new(args.json.clone().into_iter().collect())?;
    // Each input is gone before the next problem runs.
    let ended = groups.iter().zip(inputs).try_for_each(|(group, input)| show(args, group, &input, &mut kept));
    kept.end(ended)?;
    if kept.results.iter().any(|record| record.status == Status::Wrong) { Err(Failure::Wrong) } else { Ok(()) }
}

/// Refuses sizes that none of the steps would see.
fn refuse_ignored(args: &RunArgs, groups: &[Vec<LadderStep<'_>>]) -> Result<(), Failure> {
    if groups.len() == 1 {
        // The problem itself refuses what it does not have.
        return Ok(());
    }
    let problems: Vec<_> = groups.iter().map(|group| group[0].ladder.problem()).collect();
    let named = problems.join(", ");
    if args.sizes.size.is_some() {
        return Err(Failure::Usage(format!("--size is that of one problem, and these steps are of several: {named}")));
    }
    match args.sizes.of_the_picture() {
        Some(flag) if !problems.contains(&"mandelbrot") => {
            Err(Failure::Usage(format!("{flag} is a size of mandelbrot, and these steps are of {named}")))
        }
        _ => Ok(()),
    }
}

/// Runs the steps of one problem.
fn show(
    args: &RunArgs,
    group: &[LadderStep<'_>],
    input: &SharedInput,
    kept: &mut Kept<StepRecord>,
) -> Result<(), Failure> {
    let screen = Screen;
    let (settings, budget) = (args.timing.settings(), args.timing.budget(args.sizes.quick));
    screen.line(heading(input))?;
    let records = run_steps(group, input, &settings, &budget, &mut |_| {});
    kept.add(records.iter().cloned())?;
    show_records(&screen, &records, &lessons(group, &records), &RefCell::default())?;
    tested(group, &records).iter().try_for_each(|line| screen.line(line))
}

/// What an answer that is right does not show, a line for each crate: there are sizes at which a step that is right here may be wrong.
fn tested(group: &[LadderStep<'_>], records: &[StepRecord]) -> Vec<String> {
    let mut lines = Vec::new();
    for (step, record) in group.iter().zip(records).filter(|(_, record)| record.status == Status::Ok) {
        let sizes = step.ladder.cases().len();
        let line = format!("right at this size; `cargo test -p {}` checks {sizes} more", record.crate_name);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}
