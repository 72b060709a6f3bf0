//! Steps that are run one after the other on the same input: progress, speedups, table and notes.

use validation::{Session, Settings, SharedInput};

use crate::ladder_step::LadderStep;
use crate::lesson::is_pair;
use crate::measure::Budget;
use crate::progress::Progress;
use crate::record::{StepRecord, add_speedups, race, run_step};
use crate::screen::{Failure, Screen};
use crate::table::{ladder_table, notes, wrapped};

/// The problem's name with the sizes of the input, as it stands above a table.
pub fn heading(input: &SharedInput) -> String {
    let sizes: Vec<_> = input.sizes().iter().map(|(name, size)| format!("{name} {size}")).collect();
    format!("{}: {}", input.problem(), sizes.join(", "))
}

/// Runs steps one after the other on the same input, with a progress bar, and sets their times against the first one's. The two steps
/// that show a ladder's lesson run in turn. `see` is shown each right answer.
pub fn run_steps(
    steps: &[LadderStep<'_>],
    input: &SharedInput,
    settings: &Settings,
    budget: &Budget,
    see: &mut dyn FnMut(&dyn Session),
) -> Vec<StepRecord> {
    let progress = Progress::new(steps.len() as u64);
    let mut records = Vec::new();
    let mut left = steps;
    while let [step, rest @ ..] = left {
        progress.begin(step.info().path());
        match rest {
            [next, rest @ ..] if is_pair(step, next) => {
                records.extend(race([*step, *next], input, settings, budget, see));
                progress.done();
                left = rest;
            }
            _ => {
                records.push(run_step(*step, input, settings, budget, see));
                left = rest;
            }
        }
        progress.done();
    }
    drop(progress);
    add_speedups(&mut records);
    records
}

/// Shows what came of steps: the table, lines that stand below it, and what the table has no room for.
///
/// # Errors
/// As [`Screen::line`].
pub fn show_records(screen: &Screen, records: &[StepRecord], below: &[String]) -> Result<(), Failure> {
    screen.line(ladder_table(records))?;
    below.iter().chain(&notes(records)).try_for_each(|line| screen.line(wrapped(line, 2)))
}
