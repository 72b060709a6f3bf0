//! A step and the ladder it stands in, by name.

use validation::{Ladder, Session, Settings, SharedInput, StepError, StepInfo};

use crate::names::{LIST, nearest};
use crate::screen::Failure;

/// A step and the ladder it stands in.
#[derive(Clone, Copy)]
pub struct LadderStep<'a> {
    /// The ladder.
    pub ladder: &'a dyn Ladder,
    /// The step's place in it, from 0.
    pub index: usize,
}

impl<'a> LadderStep<'a> {
    /// The steps of a ladder, in order.
    pub fn all(ladder: &'a dyn Ladder) -> impl Iterator<Item = Self> {
        (0..ladder.steps().len()).map(move |index| Self { ladder, index })
    }

    /// The step of a ladder that has this name: `naive`.
    ///
    /// # Errors
    /// [`Failure::Usage`] with the nearest names.
    pub fn named(ladder: &'a dyn Ladder, name: &str) -> Result<Self, Failure> {
        Self::all(ladder).find(|step| step.info().name == name).ok_or_else(|| {
            let known: Vec<_> = ladder.steps().iter().map(|step| step.name.to_owned()).collect();
            Failure::Usage(nearest(&format!("step of {}", ladder.problem()), name, &known, LIST))
        })
    }

    /// What is known of the step.
    pub fn info(&self) -> &'a StepInfo {
        &self.ladder.steps()[self.index]
    }

    /// Prepares the step.
    ///
    /// # Errors
    /// As [`Ladder::start`].
    pub fn start(&self, input: &SharedInput, settings: &Settings) -> Result<Box<dyn Session>, StepError> {
        self.ladder.start(self.index, input, settings)
    }
}

/// The ladder of a problem.
///
/// # Errors
/// [`Failure::Usage`] with the nearest names.
pub fn ladder_of<'a>(ladders: &'a [Box<dyn Ladder>], problem: &str) -> Result<&'a dyn Ladder, Failure> {
    ladders.iter().map(|ladder| &**ladder).find(|ladder| ladder.problem() == problem).ok_or_else(|| {
        let known: Vec<_> = ladders.iter().map(|ladder| ladder.problem().to_owned()).collect();
        Failure::Usage(nearest("problem", problem, &known, LIST))
    })
}

#[cfg(test)]
mod tests {
    use validation::{Pi, ladder, pi, step};

    use super::*;

    fn hits(_: &pi::Input, hits: &mut pi::Output) {
        hits.fill(0);
    }

    const STEPS: &[validation::Step<Pi>] = &[step!(hits, "a test", "nothing")];

    #[test]
    fn a_step_and_a_ladder_are_found_by_name_or_the_nearest_are_told() {
        let ladders = [ladder(STEPS)];
        let found = ladder_of(&ladders, "pi").unwrap();
        assert_eq!(LadderStep::named(found, "hits").unwrap().info().name, "hits");
        let told = |failure: Option<Failure>| match failure {
            Some(Failure::Usage(told)) => told,
            other => panic!("{other:?}"),
        };
        assert_eq!(told(LadderStep::named(found, "hist").err()), "there is no step of pi 'hist'; did you mean hits?");
        assert_eq!(told(ladder_of(&ladders, "pie").err()), "there is no problem 'pie'; did you mean pi?");
    }
}
