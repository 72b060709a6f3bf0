//! The main function of a technique crate's `tests/steps.rs`: every step against every known answer, and against the rules of a step.

mod rules;

pub use rules::Exceptions;

use std::env;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use validation::{Checked, Ladder, Settings, SharedInput, StepError, StepInfo};

/// Tests every step of every ladder against every known answer: the main function of a technique crate's `tests/steps.rs`. Each
/// step and case is a test of its own, `mandelbrot::hoisted::matches_the_known_answer_for_500x500_1000_iterations`.
///
/// Each step has two more tests, of the rules that CONTRIBUTING states: `is_explained` and, except for the first of a ladder,
/// `changes_a_small_idea_of_its_neighbour`.
///
/// A step that cannot run on this machine is shown as ignored with its reason; it fails if the environment variable `REQUIRE`
/// names something in that reason (`REQUIRE=avx512,gpu`).
pub fn test_steps(ladders: Vec<Box<dyn Ladder>>, exceptions: Exceptions) -> ExitCode {
    test_steps_but(ladders, exceptions, |_, _| None)
}

/// Which cases of a step are left out on this machine, and why.
pub type LeftOut = fn(step: &StepInfo, input: &SharedInput) -> Option<String>;

/// As [`test_steps`], without cases that would take much too long on this machine: they are shown as ignored with the reason.
pub fn test_steps_but(ladders: Vec<Box<dyn Ladder>>, exceptions: Exceptions, left_out: LeftOut) -> ExitCode {
    let arguments = Arguments::from_args();
    let ladders: Vec<Arc<dyn Ladder>> = ladders.into_iter().map(Arc::from).collect();
    let mut trials: Vec<_> = ladders.iter().flat_map(|ladder| trials(ladder, left_out)).collect();
    trials.extend(rules::trials(&ladders, exceptions));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(ladder: &Arc<dyn Ladder>, left_out: LeftOut) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (case, make) in ladder.cases() {
        // The steps of a case share its input, and with it the reference answer.
        let input = Arc::new((make, OnceLock::new()));
        for (index, step) in ladder.steps().iter().enumerate() {
            let name = format!("{}::{}::matches_the_known_answer_for_{case}", step.problem, step.name);
            let (ladder, input) = (ladder.clone(), input.clone());
            trials.push(Trial::ignorable_test(name, move || {
                let (make, made) = &*input;
                let made = made.get_or_init(|| make().map_err(|error| error.to_string()));
                let input = made.as_ref().map_err(|error| Failed::from(error.as_str()))?;
                match left_out(&ladder.steps()[index], input) {
                    Some(why) => Ok(Completion::ignored_with(why)),
                    None => test(&*ladder, index, input),
                }
            }));
        }
    }
    trials
}

/// Floating-point operations from which on a case is run once: what a second run could show the smaller cases show too.
const MUCH_WORK: u64 = 100_000_000;

/// Runs a step as often as it takes to see that its answer does not depend on what the run before has left behind: the first time
/// on nothing but poison, the second time on its own answer with poison in it.
fn test(ladder: &dyn Ladder, step: usize, input: &SharedInput) -> Result<Completion, Failed> {
    let session = match ladder.start(step, input, &Settings::default()) {
        Ok(session) => session,
        Err(StepError::Unavailable(why)) => return unavailable(why),
        Err(error) => return Err(error.into()),
    };
    let mut step = Checked::start(session)?;
    if input.work().flops() <= MUCH_WORK {
        step.run()?;
    }
    step.finish()?;
    Ok(Completion::Completed)
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

    #[test]
    fn a_step_that_leaves_its_old_answer_as_it_is_fails() {
        const STEPS: &[Step<Expression>] = &[step!(right, "a", "b"), step!(stale, "a", "b")];
        let ladder = ladder(STEPS);
        let input = ladder.input(&SizeRequest { size: Some((33, Some(33))), ..SizeRequest::default() }).unwrap();
        assert!(test(&*ladder, 0, &input).is_ok());
        let failed = test(&*ladder, 1, &input).err().unwrap();
        let message = failed.message().unwrap_or_default();
        assert!(message.contains("wrong in run 2") && message.contains("still hold the poison"), "{message}");
    }
}
