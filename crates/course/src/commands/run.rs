//! `cargo course run`: the steps that are asked for, a table for each problem.

use std::path::PathBuf;

use clap::Args;
use runner::output::Kept;
use runner::{
    Failure, Progress, Screen, SizeArgs, Status, StepRecord, TimingArgs, add_speedups, ladder_table, notes, run_step,
};
use validation::SharedInput;

use crate::catalog::{Found, find, ladders, problems};

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// Steps: kernels::mandelbrot::naive, mandelbrot::naive, or naive wherever there is one
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
    let mut found: Vec<Found<'_>> = Vec::new();
    for name in &args.steps {
        for step in find(&ladders, name)? {
            if !found.iter().any(|other| other.step() == step.step()) {
                found.push(step);
            }
        }
    }
    let of_problem = |problem: &String| -> Vec<_> {
        found.iter().copied().filter(|step| step.ladder.problem() == problem).collect()
    };
    let groups: Vec<_> = problems(&ladders).iter().map(of_problem).filter(|group| !group.is_empty()).collect();
    refuse_ignored(args, &groups)?;
    let request = |group: &Vec<Found<'_>>| args.sizes.request(group[0].ladder.problem(), groups.len() == 1);
    let inputs = groups.iter().map(|group| group[0].ladder.input(&request(group)));
    let inputs: Vec<_> = inputs.collect::<Result<_, _>>().map_err(|error| Failure::Usage(error.to_string()))?;
    let mut kept = Kept::new(args.json.clone().into_iter().collect())?;
    // Each input is gone before the next problem runs.
    let ended = groups.iter().zip(inputs).try_for_each(|(group, input)| show(args, group, &input, &mut kept));
    kept.end(ended)?;
    if kept.results.iter().any(|record| record.status == Status::Wrong) { Err(Failure::Wrong) } else { Ok(()) }
}

/// Refuses sizes that none of the steps would see.
fn refuse_ignored(args: &RunArgs, groups: &[Vec<Found<'_>>]) -> Result<(), Failure> {
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
fn show(args: &RunArgs, group: &[Found<'_>], input: &SharedInput, kept: &mut Kept<StepRecord>) -> Result<(), Failure> {
    let screen = Screen;
    let (settings, budget) = (args.timing.settings(), args.timing.budget(args.sizes.quick));
    let sizes: Vec<_> = input.sizes().iter().map(|(name, size)| format!("{name} {size}")).collect();
    screen.line(format!("{}: {}", input.problem(), sizes.join(", ")))?;
    let progress = Progress::new(group.len() as u64);
    let mut records: Vec<StepRecord> = Vec::new();
    for step in group {
        progress.begin(step.step().path());
        records.push(run_step(step.ladder, step.index, input, &settings, &budget, &mut |_| {}));
        progress.done();
    }
    drop(progress);
    add_speedups(&mut records);
    kept.add(records.iter().cloned())?;
    screen.line(ladder_table(&records))?;
    notes(&records).into_iter().try_for_each(|note| screen.line(note))
}
