//! Steps that are run one after the other on the same input: progress, speedups, table and notes.

use std::cell::RefCell;
use std::collections::BTreeSet;

use validation::{Session, Settings, SharedInput};

use crate::ladder_step::LadderStep;
use crate::lesson::is_pair;
use crate::measure::Budget;
use crate::progress::Progress;
use crate::record::{Status, StepRecord, add_speedups, race, run_step};
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

/// Shows what came of steps: the table, lines that stand below it, and what the table has no room for. Steps that cannot run here are
/// in no row: a line says why, and what mends it only if that is not among the reasons that have been told before.
///
/// # Errors
/// As [`Screen::line`].
pub fn show_records(
    screen: &Screen,
    records: &[StepRecord],
    below: &[String],
    told: &RefCell<BTreeSet<String>>,
) -> Result<(), Failure> {
    let available: Vec<_> = records.iter().filter(|record| record.status != Status::Unavailable).cloned().collect();
    if !available.is_empty() {
        screen.line(ladder_table(&available))?;
    }
    let mut shortened = records.to_vec();
    for reason in shortened.iter_mut().filter(|record| record.status == Status::Unavailable) {
        let Some(why) = &mut reason.reason else { continue };
        if told.borrow().contains(why) {
            *why = why.split("; ").next().unwrap_or(why).to_owned();
        }
    }
    told.borrow_mut().extend(records.iter().filter_map(|record| record.reason.clone()));
    below.iter().chain(&notes(&shortened)).try_for_each(|line| screen.line(wrapped(line, 2)))
}
