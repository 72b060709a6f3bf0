//! What the numbers of a chapter have to agree on, however they were measured.

use crate::limits::BELIEVABLE;
use crate::record::{Status, StepRecord};

/// How far a limit of more threads may be above that of fewer, in percent: both are measured.
const LIMIT_ERROR: f64 = 1.0;

/// Everything in which the records of one chapter contradict themselves, a line for each: a step beyond its limit, a median below the
/// best time, a speedup that is not that of the times, a limit that is higher with more threads, a time without a right answer.
pub fn contradictions(records: &[StepRecord]) -> Vec<String> {
    let mut found: Vec<_> = records.iter().flat_map(of_one).collect();
    found.extend(of_speedups(records));
    found.extend(of_limits(records));
    found
}

/// What one record says against itself.
fn of_one(record: &StepRecord) -> Vec<String> {
    let StepRecord { best_ms, median_ms, percent_of_limit, spread_percent, .. } = record;
    let mut found = Vec::new();
    let mut add = |what: String| found.push(format!("{}: {what}", path(record)));
    if let Some(percent) = percent_of_limit.filter(|percent| *percent > BELIEVABLE) {
        add(format!("{percent:.0} % of limit: the limit was measured too low"));
    }
    if best_ms.zip(*median_ms).is_some_and(|(best, median)| best > median) {
        add("the best time is longer than the median".to_owned());
    }
    if best_ms.is_some() != matches!(record.status, Status::Ok | Status::Different) {
        add(format!("{} with{} a time", record.status.word(), if best_ms.is_some() { "" } else { "out" }));
    }
    let numbers = [*best_ms, *median_ms, *percent_of_limit, *spread_percent, record.speedup, record.gflops];
    if numbers.into_iter().flatten().any(|number| !number.is_finite() || number < 0.0) {
        add("a number that is none, or below 0".to_owned());
    }
    found
}

/// Speedups that are not those of the best times, each against the first step of its ladder.
fn of_speedups(records: &[StepRecord]) -> Vec<String> {
    let mut found = Vec::new();
    let mut base = None;
    let mut before: Option<&StepRecord> = None;
    for record in records {
        let starts = record.speedup == Some(1.0) && record.best_ms.is_some();
        if before.is_none_or(|before| before.problem != record.problem) || starts {
            base = record.best_ms;
        }
        let expected = base.zip(record.best_ms).map(|(base, best)| base / best);
        if let Some((told, expected)) = record.speedup.zip(expected)
            && (told / expected - 1.0).abs() > 1e-6
        {
            found.push(format!("{}: a speedup of {told:.3}, and the times say {expected:.3}", path(record)));
        }
        before = Some(record);
    }
    found
}

/// Limits that are higher with more threads than with fewer, for the same work on the processor.
fn of_limits(records: &[StepRecord]) -> Vec<String> {
    /// A step with its threads and its limit in milliseconds.
    type Limited<'a> = (&'a StepRecord, usize, f64);

    let on_the_processor = records.iter().filter(|record| record.device.is_none());
    let limits: Vec<Limited<'_>> = on_the_processor
        .filter_map(|record| Some((record, record.threads?, record.best_ms? * record.percent_of_limit? / 100.0)))
        .collect();
    let contradicts = |few: &Limited<'_>, many: &Limited<'_>| {
        let same = (&few.0.problem, &few.0.input) == (&many.0.problem, &many.0.input);
        same && few.1 < many.1 && many.2 > few.2 * (1.0 + LIMIT_ERROR / 100.0)
    };
    let told = limits.iter().filter_map(|many| {
        let (_, threads, ms) = limits.iter().find(|few| contradicts(few, many))?;
        let (step, most) = (path(many.0), many.1);
        Some(format!("{step}: {most} threads need {:.3} ms at least, and {threads} only {ms:.3}", many.2))
    });
    told.collect()
}

fn path(record: &StepRecord) -> String {
    format!("{} {} {}", record.crate_name, record.problem, record.step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record as it stands in a result file.
    fn record(step: &str, threads: usize, best: f64, percent: f64, speedup: f64) -> StepRecord {
        let text = format!(
            r#"{{"crate": "c", "problem": "p", "step": "{step}", "mirrors": "m", "status": "ok", "best_ms": {best},
            "median_ms": {best}, "speedup": {speedup}, "percent_of_limit": {percent}, "threads": {threads}, "input": {{"n": 1}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn numbers_that_agree_are_not_complained_of() {
        let records =
            [record("a", 1, 10.0, 50.0, 1.0), record("b", 2, 5.0, 55.0, 2.0), record("a", 1, 8.0, 104.9, 1.0)];
        assert_eq!(contradictions(&records), [""; 0]);
    }

    #[test]
    fn each_contradiction_is_told_with_its_step() {
        let told = |records: &[StepRecord]| contradictions(records).join("; ");
        assert_eq!(told(&[record("a", 1, 10.0, 147.0, 1.0)]), "c p a: 147 % of limit: the limit was measured too low");
        let both = [record("a", 1, 10.0, 50.0, 1.0), record("b", 2, 5.0, 50.0, 3.0)];
        assert_eq!(told(&both), "c p b: a speedup of 3.000, and the times say 2.000");
        let higher = [record("a", 1, 10.0, 50.0, 1.0), record("b", 2, 10.0, 55.0, 1.0)];
        assert_eq!(told(&higher), "c p b: 2 threads need 5.500 ms at least, and 1 only 5.000");
        let slow = StepRecord { median_ms: Some(9.0), ..record("a", 1, 10.0, 50.0, 1.0) };
        assert_eq!(told(&[slow]), "c p a: the best time is longer than the median");
        let wrong = StepRecord { status: Status::Wrong, ..record("a", 1, 10.0, 50.0, 1.0) };
        assert_eq!(told(&[wrong]), "c p a: WRONG with a time");
        let none = StepRecord { gflops: Some(f64::NAN), ..record("a", 1, 10.0, 50.0, 1.0) };
        assert_eq!(told(&[none]), "c p a: a number that is none, or below 0");
    }
}
