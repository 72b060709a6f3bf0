//! One step over a list of settings.

use validation::{Settings, SharedInput};

use crate::ladder_step::LadderStep;
use crate::measure::Budget;
use crate::record::{StepRecord, run_step};

/// One setting of a sweep and its result.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepPoint {
    /// The settings of this run.
    pub settings: Settings,
    /// What the step did with them.
    pub record: StepRecord,
}

/// Runs one step over a list of settings on the same input: the points of a plot of speed against threads, block size and so on.
pub fn sweep(
    step: LadderStep<'_>,
    input: &SharedInput,
    settings: impl IntoIterator<Item = Settings>,
    budget: &Budget,
) -> Vec<SweepPoint> {
    let run = |settings: Settings| {
        let record = run_step(step, input, &settings, budget, &mut |_| {});
        SweepPoint { settings, record }
    };
    settings.into_iter().map(run).collect()
}
