//! What is said of steps that are right, wrong, unavailable, or different.

use std::time::Duration;

use runner::{Budget, Status, StepRecord, devices, notes, run_step, sweep};
use validation::pi::{Input, Output};
use validation::{
    Ceiling, Ladder, Pi, Precision, Prepared, Settings, SizeRequest, Step, StepError, Work, ladder, step,
};

fn right(input: &Input, hits: &mut Output) {
    hits.clone_from(&reference(input));
}

fn reference(input: &Input) -> Vec<u64> {
    let known = [793, 806, 779];
    known[..input.chunks].to_vec()
}

/// One chunk is off by one.
fn wrong(input: &Input, hits: &mut Output) {
    right(input, hits);
    hits[1] += 1;
}

/// Writes only in the first call, so that later runs are fast and leave the poison.
fn lazy(input: &Input, hits: &mut Output) {
    if hits.iter().all(|&hits| hits == u64::MAX) && !CALLED.swap(true, std::sync::atomic::Ordering::Relaxed) {
        right(input, hits);
    }
}

static CALLED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

fn panicking(_: &Input, _: &mut Output) {
    panic!("out of darts");
}

fn unavailable(_: &Input, _: &Settings) -> Result<Box<dyn Prepared<Pi>>, StepError> {
    Err(StepError::Unavailable("no darts here; buy some".to_owned()))
}

/// Uses as many threads as the settings say, and fails at its end.
fn failing(_: &Input, settings: &Settings) -> Result<Box<dyn Prepared<Pi>>, StepError> {
    struct Failing(usize);
    impl Prepared<Pi> for Failing {
        fn run(&mut self, input: &Input, hits: &mut Output) -> Result<(), StepError> {
            right(input, hits);
            Ok(())
        }
        fn threads(&self) -> usize {
            self.0
        }
        fn finish(self: Box<Self>) -> Result<(), StepError> {
            if self.0 > 2 { Err(StepError::Failed("the pool is gone".to_owned())) } else { Ok(()) }
        }
    }
    Ok(Box::new(Failing(settings.threads)))
}

/// Runs on a device, whose limit is an hour.
fn elsewhere(_: &Input, _: &Settings) -> Result<Box<dyn Prepared<Pi>>, StepError> {
    Ok(Box::new(Elsewhere(Ceiling::Device(Duration::from_secs(3600)))))
}

/// Runs on a device of which no limit is known.
fn unmeasured(_: &Input, _: &Settings) -> Result<Box<dyn Prepared<Pi>>, StepError> {
    Ok(Box::new(Elsewhere(Ceiling::Unknown)))
}

/// Runs on a device that is the processor.
fn software(_: &Input, _: &Settings) -> Result<Box<dyn Prepared<Pi>>, StepError> {
    Ok(Box::new(Elsewhere(Ceiling::Processor)))
}

struct Elsewhere(Ceiling);

impl Prepared<Pi> for Elsewhere {
    fn run(&mut self, input: &Input, hits: &mut Output) -> Result<(), StepError> {
        right(input, hits);
        Ok(())
    }
    fn device(&self) -> Option<&str> {
        Some("the dart machine")
    }
    fn kernel_time(&self) -> Option<Duration> {
        Some(Duration::from_millis(7))
    }
    fn ceiling(&mut self, work: &Work) -> Ceiling {
        assert!(work.flops() > 0, "a limit is asked for some work");
        self.0
    }
}

const STEPS: &[Step<Pi>] = &[
    step!(right, "a", "b"),
    step!(wrong, "a", "b"),
    step!(lazy, "a", "b"),
    step!(panicking, "a", "b"),
    step!(prepared unavailable, "a", "b"),
    step!(wrong, "a", "b").precision(Precision::Different { why: "the lesson", may_agree: false }),
    step!(wrong, "a", "b").precision(Precision::Within { absolute: 1.0, relative: 0.0 }),
    step!(right, "a", "b").temporaries(|_| u64::MAX),
    step!(prepared failing, "a", "b"),
    step!(prepared elsewhere, "a", "b"),
    step!(prepared unmeasured, "a", "b"),
    step!(prepared software, "a", "b"),
    step!(prepared elsewhere, "a", "b").changes_the_algorithm(),
];

fn darts() -> (Box<dyn Ladder>, validation::SharedInput) {
    let ladder = ladder(STEPS);
    let size = Some((3, Some(1001)));
    let input = ladder.input(&SizeRequest { size, ..SizeRequest::default() }).unwrap();
    (ladder, input)
}

fn record(step: usize) -> StepRecord {
    let (ladder, input) = darts();
    let budget = Budget { repeat: Some(3), ..Budget::default() };
    run_step(&*ladder, step, &input, &Settings { threads: 1, ..Settings::default() }, &budget, &mut |_| {})
}

#[test]
fn a_right_step_is_ok_and_timed() {
    let record = record(0);
    assert_eq!((record.status, record.reason.as_deref()), (Status::Ok, None));
    assert_eq!((record.runs, record.threads, record.prepare_ms), (Some(3), Some(1), None));
    assert_eq!(record.validation_sum.as_deref(), Some("2378"));
}

#[test]
fn a_wrong_step_has_no_time_and_says_where_it_is_wrong() {
    let record = record(1);
    assert_eq!((record.status, record.best_ms, record.validation_sum), (Status::Wrong, None, None));
    let reason = record.reason.unwrap();
    assert!(reason.contains("first wrong: hits of chunk 1") && reason.contains("found: 807"), "{reason}");
}

#[test]
fn a_step_that_stops_working_after_the_warm_up_is_found_out() {
    let record = record(2);
    assert_eq!(record.status, Status::Wrong);
    assert!(record.reason.unwrap().contains("never written: 3 elements still hold the poison"));
}

#[test]
fn a_panic_is_a_wrong_step_with_its_message() {
    let record = record(3);
    assert_eq!((record.status, record.reason.as_deref()), (Status::Wrong, Some("panicked: out of darts")));
}

#[test]
fn what_is_missing_makes_a_step_unavailable() {
    let record = record(4);
    assert_eq!((record.status, record.reason.as_deref()), (Status::Unavailable, Some("no darts here; buy some")));
    let short = self::record(7);
    assert_eq!(short.status, Status::Unavailable);
    assert!(short.reason.unwrap().contains("of memory"));
}

#[test]
fn a_step_that_should_differ_is_different_and_a_tolerance_is_reported() {
    let different = record(5);
    assert_eq!((different.status, different.reason.as_deref()), (Status::Different, Some("the lesson")));
    assert!(different.best_ms.is_some() && different.percent_of_limit.is_none());
    let within = record(6);
    assert_eq!(within.status, Status::Ok);
    assert!(within.reason.unwrap().contains("the largest error is 1.00e0"));
}

#[test]
fn a_step_on_a_device_is_set_against_that_device() {
    let records = [9, 10, 11, 12, 0].map(record);
    let names = records.each_ref().map(|record| record.device.as_deref());
    assert_eq!(
        names,
        [Some("the dart machine"), Some("the dart machine"), Some("the dart machine"), Some("the dart machine"), None]
    );
    assert_eq!(records.each_ref().map(|record| record.kernel_ms), [Some(7.0), Some(7.0), Some(7.0), Some(7.0), None]);
    let percent = |record: &StepRecord| record.percent_of_limit.unwrap();
    let hour = records[0].best_ms.unwrap() / 3_600_000.0;
    assert!((percent(&records[0]) * hour - 100.0).abs() < 1e-6, "the hour that the device allows, over the time");
    assert_eq!(records[1].percent_of_limit, None, "no limit of the processor's");
    assert!(percent(&records[2]) < percent(&records[0]), "the processor allows less than an hour");
    assert_eq!(records[3].percent_of_limit, None, "other work");
    assert_eq!(devices(&records), ["on the dart machine: elsewhere, unmeasured, software, elsewhere"]);
    assert_eq!(notes(&records), devices(&records));
    assert_eq!(devices(&records[4..]), [""; 0]);
}

#[test]
fn steps_with_the_same_reason_share_a_line() {
    let record = record(0);
    let with = |step: &str, status, reason: &str| {
        let (step, reason) = (step.to_owned(), Some(reason.to_owned()));
        StepRecord { step, status, reason, device: None, ..record.clone() }
    };
    let records = [
        with("a", Status::Unavailable, "no card"),
        with("b", Status::Different, "no card"),
        with("c", Status::Unavailable, "no card"),
    ];
    assert_eq!(notes(&records), ["a, c are unavailable: no card", "b is different: no card"]);
}

#[test]
fn a_sweep_runs_one_step_with_each_setting() {
    let (ladder, input) = darts();
    let settings = [1, 2, 3].map(|threads| Settings { threads, ..Settings::default() });
    let points = sweep(&*ladder, 8, &input, settings, &Budget { repeat: Some(2), ..Budget::default() });
    let seen: Vec<_> = points.iter().map(|point| (point.settings.threads, point.record.threads)).collect();
    assert_eq!(seen[..2], [(1, Some(1)), (2, Some(2))]);
    assert!(points[0].record.prepare_ms.is_some());
    // The last one fails at its end.
    assert_eq!(points[2].record.status, Status::Wrong);
    assert_eq!(points[2].record.reason.as_deref(), Some("failed: the pool is gone"));
}
