//! The main function of a technique crate's `tests/steps.rs`: every step against every known answer, and against the rules of a step.

mod rules;
mod summary;

pub use rules::Exceptions;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::{env, mem};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use validation::{Checked, Ladder, NoAnswer, Settings, SharedInput, StepError, StepInfo};

use crate::screen::{panic_text, short_panics};
use summary::{Summary, brief};

/// Tests every step of every ladder against every known answer: the main function of a technique crate's `tests/steps.rs`. Each
/// step and case is a test of its own, `mandelbrot::hoisted::matches_the_known_answer_for_500x500_1000_iterations`.
///
/// Each step has two more tests, of the rules that CONTRIBUTING states: `is_explained` and, except for the first of a ladder,
/// `changes_a_small_idea_of_its_neighbour`.
///
/// A step that cannot run on this machine is shown as ignored with its reason; it fails if the environment variable `REQUIRE`
/// names something in that reason (`REQUIRE=avx512,gpu`).
///
/// Tests that fail among many say little, and the end says in three lines for each step at which sizes it is wrong. Those that are
/// chosen by a filter say everything.
pub fn test_steps(ladders: Vec<Box<dyn Ladder>>, exceptions: Exceptions) -> ExitCode {
    test_steps_but(ladders, exceptions, |_, _| None)
}

/// Which cases of a step are left out on this machine, and why.
pub type LeftOut = fn(step: &StepInfo, input: &SharedInput) -> Option<String>;

/// As [`test_steps`], without cases that would take much too long on this machine: they are shown as ignored with the reason.
pub fn test_steps_but(ladders: Vec<Box<dyn Ladder>>, exceptions: Exceptions, left_out: LeftOut) -> ExitCode {
    let arguments = Arguments::from_args();
    let ladders: Vec<Arc<dyn Ladder>> = ladders.into_iter().map(Arc::from).collect();
    let (summary, chosen) = (Arc::new(Summary::default()), arguments.filter.is_some());
    if !chosen {
        short_panics();
    }
    let mut trials: Vec<_> = ladders.iter().flat_map(|ladder| trials(ladder, left_out, &summary, chosen)).collect();
    trials.extend(rules::trials(&ladders, exceptions));
    let ended = libtest_mimic::run(&arguments, trials);
    summary.lines().iter().for_each(|line| println!("{line}"));
    ended.exit_code()
}

fn trials(ladder: &Arc<dyn Ladder>, left_out: LeftOut, summary: &Arc<Summary>, chosen: bool) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (case, make) in ladder.cases() {
        // The steps of a case share its input, and with it the reference answer.
        let input = Arc::new((make, OnceLock::new()));
        for (index, step) in ladder.steps().iter().enumerate() {
            let name = format!("{}::{}::matches_the_known_answer_for_{case}", step.problem, step.name);
            let (ladder, input, summary) = (ladder.clone(), input.clone(), summary.clone());
            let (case, path) = (case.clone(), step.path());
            trials.push(Trial::ignorable_test(name, move || {
                let (make, made) = &*input;
                let made = made.get_or_init(|| make().map_err(|error| error.to_string()));
                let made = made.as_ref().map_err(|error| Failed::from(error.as_str()))?;
                if let Some(why) = left_out(&ladder.steps()[index], made) {
                    return Ok(Completion::ignored_with(why));
                }
                let outcome = test(&*ladder, index, made);
                summary.add(&path, &case, made.work().flops(), outcome.as_ref().map(drop));
                match outcome {
                    Ok(None) => Ok(Completion::Completed),
                    Ok(Some(why)) => unavailable(why),
                    Err(error) if chosen => Err(error.into()),
                    Err(error) => Err(brief(&error).into()),
                }
            }));
        }
    }
    trials
}

/// Floating-point operations from which on a case is run once: what a second run could show the smaller cases show too.
const MUCH_WORK: u64 = 100_000_000;

/// Runs a step as often as it takes to see that its answer does not depend on what the run before has left behind: the first time
/// on nothing but poison, the second time on its own answer with poison in it. Returns why it cannot run here, if it cannot.
fn test(ladder: &dyn Ladder, step: usize, input: &SharedInput) -> Result<Option<String>, NoAnswer> {
    let run = || {
        let mut step = Checked::start(ladder.start(step, input, &Settings::default())?)?;
        if input.work().flops() <= MUCH_WORK {
            step.run()?;
        }
        Ok(step.finish()?)
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Err(NoAnswer::Step(StepError::Unavailable(why)))) => Ok(Some(why)),
        Ok(outcome) => outcome.map(|()| None),
        Err(panic) => {
            let text = format!("panicked: {}", panic_text(&*panic));
            // What was thrown may panic once more when it is dropped.
            mem::forget(panic);
            Err(StepError::Failed(text).into())
        }
    }
}

fn unavailable(why: String) -> Result<Completion, Failed> {
    let required = env::var("REQUIRE").unwrap_or_default();
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let demanded =
        required.split(',').filter(|word| !word.trim().is_empty()).find(|word| plain(&why).contains(&plain(word)));
    match demanded {
        Some(word) => Err(format!("REQUIRE demands {word}, and this step is unavailable: {why}").into()),
        None => Ok(Completion::ignored_with(why)),
    }
}

#[cfg(test)]
mod tests {
    use validation::expression::{Input, Output};
    use validation::{Expression, SizeRequest, Step, ladder, step};

    use super::*;

    fn right(input: &Input, output: &mut Output) {
        for (output, (a, b)) in output.iter_mut().zip(input.a.iter().zip(&input.b)) {
            *output = (a + b) * 2.0 + a * b;
        }
    }

    /// Returns at once if most of its old answer is still there.
    fn stale(input: &Input, output: &mut Output) {
        if output.iter().filter(|value| value.is_nan()).count() > output.len() / 2 {
            right(input, output);
        }
    }

    fn panicking(_: &Input, _: &mut Output) {
        panic!("out of numbers");
    }

    #[test]
    fn a_step_that_leaves_its_old_answer_as_it_is_fails() {
        const STEPS: &[Step<Expression>] =
            &[step!(right, "a", "b"), step!(stale, "a", "b"), step!(panicking, "a", "b")];
        let ladder = ladder(STEPS);
        let input = ladder.input(&SizeRequest { size: Some((33, Some(33))), ..SizeRequest::default() }).unwrap();
        assert!(test(&*ladder, 0, &input).is_ok());
        let message = test(&*ladder, 1, &input).unwrap_err().to_string();
        assert!(message.contains("wrong in run 2") && message.contains("still hold the poison"), "{message}");
        assert_eq!(test(&*ladder, 2, &input).unwrap_err().to_string(), "failed: panicked: out of numbers");
    }
}
