use runner::output::{check_writable, write_json};
use runner::{Failure, Progress, Screen, Status, StepRecord, add_speedups, ladder_table, notes, run_step};

use crate::catalog::{Found, find, ladders, problems};
use crate::command::RunArgs;

/// Runs steps, a table for each problem.
pub(crate) fn run(args: &RunArgs) -> Result<(), Failure> {
    let screen = Screen;
    let ladders = ladders();
    let mut found: Vec<Found<'_>> = Vec::new();
    for name in &args.steps {
        for step in find(&ladders, name)? {
            if !found.iter().any(|other| other.step() == step.step()) {
                found.push(step);
            }
        }
    }
    if let Some(json) = &args.json {
        check_writable(json)?;
    }
    let of_problem = |problem: &String| -> Vec<_> {
        found.iter().copied().filter(|step| step.ladder.problem() == problem).collect()
    };
    let groups: Vec<_> = problems(&ladders).iter().map(of_problem).filter(|group| !group.is_empty()).collect();
    let (settings, budget) = (args.timing.settings(), args.timing.budget(args.sizes.quick));
    let mut records = Vec::new();
    for group in &groups {
        let alone = groups.len() == 1;
        let request = args.sizes.request(group[0].ladder.problem(), alone);
        let input = group[0].ladder.input(&request).map_err(|error| Failure::Usage(error.to_string()))?;
        let sizes: Vec<_> = input.sizes().iter().map(|(name, size)| format!("{name} {size}")).collect();
        screen.line(format!("{}: {}", group[0].ladder.problem(), sizes.join(", ")))?;
        let progress = Progress::new(group.len() as u64);
        let mut of_group: Vec<StepRecord> = Vec::new();
        for step in group {
            progress.begin(step.step().path());
            of_group.push(run_step(step.ladder, step.index, &input, &settings, &budget, &mut |_| {}));
            progress.done();
        }
        drop(progress);
        add_speedups(&mut of_group);
        screen.line(ladder_table(&of_group))?;
        for note in notes(&of_group) {
            screen.line(note)?;
        }
        records.extend(of_group);
    }
    if let Some(json) = &args.json {
        write_json(json, &records)?;
    }
    if records.iter().any(|record| record.status == Status::Wrong) { Err(Failure::Wrong) } else { Ok(()) }
}
