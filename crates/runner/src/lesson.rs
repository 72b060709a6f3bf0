//! What a ladder teaches, in a line: which pair of steps shows it, what came of them here, and whether that is what the chapter says.

use validation::Expected;

use crate::ladder_step::LadderStep;
use crate::ratio::Ratio;
use crate::record::{StepRecord, too_small};

/// Whether a step shows its ladder's lesson beside the step that is named before it: that is its neighbour.
pub(crate) fn is_pair(before: &LadderStep<'_>, shows: &LadderStep<'_>) -> bool {
    let neighbours = before.info().module == shows.info().module && before.index + 1 == shows.index;
    neighbours && shows.info().lesson.is_some()
}

/// A line for each lesson of some steps, from what came of them, in the same order. None where the pair was not chosen.
pub fn lessons(steps: &[LadderStep<'_>], records: &[StepRecord]) -> Vec<String> {
    let pairs = steps.windows(2).zip(records.windows(2)).filter(|(steps, _)| is_pair(&steps[0], &steps[1]));
    pairs.filter_map(|(steps, records)| Some(line(steps[1].info().lesson?, &records[0], &records[1]))).collect()
}

/// How one step compares with another that ran in turn with it, in a sentence: faster, slower or not proven, with the interval; or why
/// that cannot be said.
pub fn compared(before: &StepRecord, after: &StepRecord) -> String {
    match proven(before, after) {
        Ok(ratio) => format!("{} beside {}: {ratio}", after.step, before.step),
        Err(why) => format!("{} beside {}: {why}", after.step, before.step),
    }
}

/// The ratio of two steps, or why there is none.
fn proven(before: &StepRecord, after: &StepRecord) -> Result<Ratio, String> {
    if let Some(missing) = [before, after].into_iter().find(|record| record.best_ms.is_none()) {
        return Err(format!("{} is {} here", missing.step, missing.status.word()));
    }
    if too_small(after).is_some() {
        return Err("these sizes are too small to show it".to_owned());
    }
    Ratio::of(&before.times, &after.times).ok_or_else(|| "too few runs to tell".to_owned())
}

/// What came of a pair of steps of which something was expected.
fn line(expected: Expected, before: &StepRecord, after: &StepRecord) -> String {
    let came = match proven(before, after) {
        Err(why) => why,
        Ok(ratio) => {
            let agrees = match ratio.is(expected) {
                Some(true) => "as the chapter says",
                Some(false) => "NOT what the chapter says, on this machine",
                None => "which neither proves nor denies it",
            };
            format!("{ratio}: {agrees}")
        }
    };
    format!("look at {} -> {}, expected to be {}: {came}", before.step, after.step, expected.word())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use validation::{Pi, SizeRequest, Step, ladder, pi, step};

    use super::*;
    use crate::record::Status;

    fn first(_: &pi::Input, _: &mut pi::Output) {}
    fn second(_: &pi::Input, _: &mut pi::Output) {}

    const STEPS: &[Step<Pi>] = &[step!(first, "a", "b"), step!(second, "a", "b").lesson(Expected::Faster)];

    /// The line of two steps with these times in milliseconds.
    fn said(before: &[u64], after: &[u64], change: impl Fn(&mut StepRecord)) -> String {
        let ladder = ladder(STEPS);
        let input = ladder.input(&SizeRequest::default()).unwrap();
        let times = [before, after];
        let records = ladder.steps().iter().zip(times).map(|(step, times)| {
            let times: Vec<_> = times.iter().copied().map(Duration::from_millis).collect();
            let best_ms = times.iter().min().map(|time| time.as_secs_f64() * 1e3);
            let mut record = StepRecord { times, best_ms, ..StepRecord::new(step, &input) };
            change(&mut record);
            record
        });
        let records: Vec<_> = records.collect();
        lessons(&LadderStep::all(&*ladder).collect::<Vec<_>>(), &records).remove(0)
    }

    #[test]
    fn the_line_says_what_came_of_the_pair_and_whether_it_was_expected() {
        let pair = "look at first -> second, expected to be faster: ";
        let right = said(&[20, 20, 21, 20, 20, 20], &[10; 6], |_| ());
        assert_eq!(right, format!("{pair}faster, 2.00 x (95 % interval 2.00 x to 2.10 x): as the chapter says"));
        let wrong = said(&[10; 6], &[20; 6], |_| ());
        assert!(wrong.starts_with(&format!("{pair}slower, 0.50 x")) && wrong.contains("NOT what"), "{wrong}");
        let unclear = said(&[10, 30, 10, 30, 10, 30], &[20; 6], |_| ());
        assert!(unclear.starts_with(&format!("{pair}not proven")) && unclear.ends_with("nor denies it"), "{unclear}");
        assert_eq!(said(&[10], &[20], |_| ()), format!("{pair}too few runs to tell"));
    }

    #[test]
    fn what_is_missing_or_too_small_gets_no_verdict() {
        let missing = said(&[10, 10], &[], |record| record.status = Status::Unavailable);
        assert!(missing.ends_with(": second is unavailable here"), "{missing}");
        let small = said(&[20; 6], &[10; 6], |record| {
            record.chapter = Some(1);
            record.input = [("chunks".to_owned(), 3), ("samples".to_owned(), 1001)].into();
        });
        assert!(small.ends_with(": these sizes are too small to show it"), "{small}");
    }

    #[test]
    fn a_ladder_without_a_lesson_or_without_its_pair_says_nothing() {
        let ladder = ladder(STEPS);
        let mut steps: Vec<_> = LadderStep::all(&*ladder).collect();
        assert!(is_pair(&steps[0], &steps[1]) && !is_pair(&steps[1], &steps[0]));
        let input = ladder.input(&SizeRequest::default()).unwrap();
        let records = [0, 1].map(|step| StepRecord::new(steps[step].info(), &input));
        assert_eq!(lessons(&steps[1..], &records[1..]), [""; 0]);
        steps.reverse();
        assert_eq!(lessons(&steps, &records), [""; 0]);
    }
}
