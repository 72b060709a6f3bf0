//! What is said of steps that are right, wrong, unavailable, or different.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use runner::{Budget, LadderStep, Status, StepRecord, devices, notes, run_step, sweep};
use validation::pi::{Input, Output};
use validation::{
    Ceiling, Expression, Ladder, Most, Pi, Precision, Prepared, Reach, Ready, Settings, SizeRequest, Step, StepError,
    Work, expression, ladder, step,
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

/// How often the steps below that depend on it were called: each belongs to one test, and starts from 0 there.
static CALLS: [AtomicUsize; 6] = [const { AtomicUsize::new(0) }; 6];

fn call(step: usize) -> usize {
    CALLS[step].fetch_add(1, Ordering::Relaxed)
}

/// Writes only in the first call, so that later runs are fast and leave the poison.
fn once(input: &Input, hits: &mut Output) {
    if call(0) == 0 {
        right(input, hits);
    }
}

/// Wrong in the run after the warm-up, and in no other.
fn second_wrong(input: &Input, hits: &mut Output) {
    right(input, hits);
    hits[2] += u64::from(call(1) == 1);
}

/// The right hits of the wrong chunks, in the third run.
fn swapped(input: &Input, hits: &mut Output) {
    right(input, hits);
    if call(2) == 2 {
        hits.swap(0, 1);
    }
}

/// Loses a hit now and then.
fn race(input: &Input, hits: &mut Output) {
    right(input, hits);
    hits[0] -= call(3) as u64 % 2;
}

/// The same, which does not say so.
fn unmarked_race(input: &Input, hits: &mut Output) {
    right(input, hits);
    hits[0] -= call(5) as u64 % 2;
}

/// Loses a hit now and then, and in the fourth run a hundred.
fn worse_race(input: &Input, hits: &mut Output) {
    right(input, hits);
    let run = call(4) as u64;
    hits[0] -= if run == 3 { 100 } else { run % 2 };
}

fn panicking(_: &Input, _: &mut Output) {
    panic!("out of darts");
}

fn unavailable(_: &Input, _: &Settings) -> Ready<Pi> {
    Err(StepError::Unavailable("no darts here; buy some".to_owned()))
}

/// Uses as many threads as the settings say, and fails at its end.
fn failing(_: &Input, settings: &Settings) -> Ready<Pi> {
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
    Ok(Box::new(Failing(settings.threads.get())))
}

/// Runs on a device, whose limit is an hour.
fn elsewhere(_: &Input, _: &Settings) -> Ready<Pi> {
    Ok(Box::new(Elsewhere(Ceiling::Device(Duration::from_secs(3600)))))
}

/// Runs on a device of which no limit is known.
fn unmeasured(_: &Input, _: &Settings) -> Ready<Pi> {
    Ok(Box::new(Elsewhere(Ceiling::Unknown)))
}

/// Runs on a device that is the processor.
fn software(_: &Input, _: &Settings) -> Ready<Pi> {
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
    step!(once, "a", "b"),
    step!(panicking, "a", "b"),
    step!(prepared unavailable, "a", "b"),
    step!(wrong, "a", "b").precision(different(1, Reach::AnyValue)),
    step!(wrong, "a", "b").precision(Precision::Within { absolute: 1.0, relative: 0.0 }),
    step!(right, "a", "b").temporaries(|_| u64::MAX),
    step!(prepared failing, "a", "b"),
    step!(prepared elsewhere, "a", "b"),
    step!(prepared unmeasured, "a", "b"),
    step!(prepared software, "a", "b"),
    step!(prepared elsewhere, "a", "b").changes_the_algorithm(),
    step!(second_wrong, "a", "b"),
    step!(swapped, "a", "b"),
    step!(race, "a", "b").precision(ONE_HIT).bits_may_change(),
    step!(worse_race, "a", "b").precision(ONE_HIT).bits_may_change(),
    step!(unmarked_race, "a", "b").precision(ONE_HIT),
];

const ONE_HIT: Precision = Precision::Within { absolute: 1.0, relative: 0.0 };

const fn different(elements: u64, reach: Reach) -> Precision {
    Precision::Different { why: "the lesson", may_agree: false, most: Most { elements, share: 0.0 }, reach }
}

fn darts() -> (Box<dyn Ladder>, validation::SharedInput) {
    let ladder = ladder(STEPS);
    let size = Some((3, Some(1001)));
    let input = ladder.input(&SizeRequest { size, ..SizeRequest::default() }).unwrap();
    (ladder, input)
}

fn record(step: usize) -> StepRecord {
    let (ladder, input) = darts();
    record_of(&*ladder, step, &input)
}

/// Three timed runs.
fn record_of(ladder: &dyn Ladder, step: usize, input: &validation::SharedInput) -> StepRecord {
    let budget = Budget { repeat: Some(3), ..Budget::default() };
    run_step(
        LadderStep { ladder, index: step },
        input,
        &Settings { threads: NonZeroUsize::MIN, ..Settings::default() },
        &budget,
        &mut |_| {},
    )
}

/// So many elements that only a few of them are poisoned before a run.
const LARGE: [usize; 2] = [100, 101];

fn computed(input: &expression::Input, output: &mut expression::Output) {
    for (output, (a, b)) in output.iter_mut().zip(input.a.iter().zip(&input.b)) {
        *output = (a + b) * 2.0 + a * b;
    }
}

/// Returns at once if most of its old answer is still there.
fn stale(input: &expression::Input, output: &mut expression::Output) {
    if output.iter().filter(|value| value.is_nan()).count() > output.len() / 2 {
        computed(input, output);
    }
}

/// Leaves a thirtieth of the output as it was, unless it was never written.
fn sparing(input: &expression::Input, output: &mut expression::Output) {
    let (old, places) = (output.clone(), output.len() / 3..output.len() / 3 + output.len() / 30);
    computed(input, output);
    if old.iter().any(|value| !value.is_nan()) {
        output[places.clone()].copy_from_slice(&old[places]);
    }
}

/// Keeps where the poison is that it finds.
fn watching(input: &expression::Input, output: &mut expression::Output) {
    let poisoned = (0..output.len()).filter(|&place| output[place].is_nan());
    FOUND.lock().unwrap().push(poisoned.collect());
    computed(input, output);
}

static FOUND: Mutex<Vec<Vec<usize>>> = Mutex::new(Vec::new());

/// Keeps its answer, and gives the old one.
fn remembering(_: &expression::Input, _: &Settings) -> Ready<Expression> {
    struct Remembering(Option<expression::Output>);
    impl Prepared<Expression> for Remembering {
        fn run(&mut self, input: &expression::Input, output: &mut expression::Output) -> Result<(), StepError> {
            let answer = self.0.get_or_insert_with(|| {
                computed(input, output);
                output.clone()
            });
            output.copy_from_slice(answer);
            Ok(())
        }
    }
    Ok(Box::new(Remembering(None)))
}

fn not_a_number(_: &expression::Input, output: &mut expression::Output) {
    output.fill(f64::NAN);
}

fn zeros(_: &expression::Input, output: &mut expression::Output) {
    output.fill(0.0);
}

fn untouched(_: &expression::Input, _: &mut expression::Output) {}

/// Two elements are off by a millionth.
fn two_off(input: &expression::Input, output: &mut expression::Output) {
    computed(input, output);
    output[5] += 1e-6;
    output[7000] -= 1e-6;
}

const LARGE_STEPS: &[Step<Expression>] = &[
    step!(stale, "a", "b"),
    step!(sparing, "a", "b"),
    step!(watching, "a", "b"),
    step!(prepared remembering, "a", "b"),
    step!(computed, "a", "b").precision(different(u64::MAX, Reach::AnyValue)),
    step!(not_a_number, "a", "b").precision(different(u64::MAX, Reach::AnyValue)),
    step!(zeros, "a", "b").precision(different(u64::MAX, Reach::AnyValue)),
    step!(untouched, "a", "b").precision(different(u64::MAX, Reach::AnyValue)),
    step!(two_off, "a", "b").precision(different(1, Reach::AnyValue)),
    step!(two_off, "a", "b").precision(different(2, Reach::Within { absolute: 1e-7, relative: 1e-7 })),
    step!(two_off, "a", "b").precision(different(2, Reach::Within { absolute: 2e-6, relative: 0.0 })),
];

fn large(step: usize) -> StepRecord {
    let ladder = ladder(LARGE_STEPS);
    let size = Some((LARGE[0], Some(LARGE[1])));
    let input = ladder.input(&SizeRequest { size, ..SizeRequest::default() }).unwrap();
    record_of(&*ladder, step, &input)
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
    assert_wrong(&record(2), "never written: 3 elements still hold the poison");
}

/// A step that is wrong, without a time, for this reason.
fn assert_wrong(record: &StepRecord, reason: &str) {
    assert_eq!((record.status, record.best_ms, record.runs), (Status::Wrong, None, None), "{}", record.step);
    let found = record.reason.as_deref().unwrap();
    assert!(found.contains(reason), "{}: {found}", record.step);
}

#[test]
fn a_step_that_is_wrong_in_its_second_run_alone_is_wrong() {
    let record = record(13);
    assert_wrong(&record, "wrong in run 2, not before: pi: 1 of 3 elements are wrong");
    assert_wrong(&record, "found: 780");
}

#[test]
fn right_elements_in_wrong_places_are_wrong_in_any_run() {
    assert_wrong(&record(14), "not before: pi: 2 of 3 elements are wrong");
}

#[test]
fn an_old_answer_that_is_still_there_is_no_answer() {
    assert_wrong(&large(0), "wrong in run 2, not before: expression: ");
    assert_wrong(&large(0), "elements still hold the poison");
    assert_wrong(&large(1), "elements still hold the poison");
}

#[test]
fn each_run_finds_poison_in_other_places() {
    assert_eq!(large(2).status, Status::Ok);
    let found = FOUND.lock().unwrap();
    let elements = LARGE[0] * LARGE[1];
    assert_eq!(found[0].len(), elements, "the first run finds nothing else");
    // Before a run that settles the caches nothing is poisoned; the second run may be one that is not timed.
    let poisoned: Vec<_> = found[1..].iter().filter(|places| !places.is_empty()).collect();
    assert!(poisoned.len() == 3 || poisoned.len() == 4, "each of the three timed runs: {}", poisoned.len());
    for (run, places) in poisoned.iter().enumerate() {
        assert!((200..=256).contains(&places.len()), "{} places", places.len());
        assert!(poisoned[..run].iter().all(|before| before != places), "the places of run {run} are new");
    }
}

#[test]
fn a_copy_of_the_old_answer_cannot_be_told_from_a_new_one() {
    assert_eq!(large(3).status, Status::Ok);
}

#[test]
fn an_answer_that_differs_has_to_be_one() {
    assert_wrong(&large(4), "the answer equals the reference, and it should differ: the lesson");
    assert_wrong(&large(5), "10100 of 10100 elements are wrong");
    assert_wrong(&large(5), "found: NaN\n");
    assert_wrong(&large(6), "10100 of 10100 elements are wrong");
    assert_wrong(&large(7), "never written: 10100 elements");
    assert_wrong(&large(8), "2 of 10100 elements are wrong (different in at most 1 elements");
    assert_wrong(&large(9), "2 of 10100 elements are wrong (different in at most 2 elements");
    assert_eq!(large(10).status, Status::Different);
}

#[test]
fn bits_that_change_have_to_be_announced() {
    let race = record(15);
    assert_eq!(race.status, Status::Ok, "{:?}", race.reason);
    assert!(race.reason.unwrap().contains("the largest error is 1.00e0"), "of all runs, not of the first");
    assert_wrong(&record(16), "wrong in run ");
    assert_wrong(&record(17), "the bits of the answer are not those of the first run");
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
fn a_record_without_a_time_says_why_there_is_none() {
    let right = record(0);
    assert_eq!(right.measured().ok(), right.best_ms);
    let told = |step| record(step).measured().unwrap_err().to_string();
    assert_eq!(told(4), "unavailable: no darts here; buy some");
    assert_eq!(told(3), "failed: panicking: panicked: out of darts");
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
    // No step takes longer than an hour, nor than the processor for work that it does not do.
    assert!(records.iter().all(|record| record.percent_of_limit.is_none()), "beyond a limit is no percentage of it");
    let percent = |record: &StepRecord| record.beyond_limit.unwrap();
    let hour = records[0].best_ms.unwrap() / 3_600_000.0;
    assert!((percent(&records[0]) * hour - 100.0).abs() < 1e-6, "the hour that the device allows, over the time");
    assert_eq!(records[1].beyond_limit, None, "no limit of the processor's");
    assert!(percent(&records[2]) < percent(&records[0]), "the processor allows less than an hour");
    assert_eq!(records[3].beyond_limit, None, "other work");
    assert_eq!(devices(&records), ["on the dart machine: elsewhere, unmeasured, software, elsewhere"]);
    assert_eq!(notes(&records)[..1], devices(&records));
    assert_eq!(devices(&records[4..]), [""; 0]);
}

#[test]
fn steps_with_the_same_reason_share_a_line() {
    let record = record(0);
    let with = |step: &str, status, reason: &str| {
        let (step, reason) = (step.to_owned(), Some(reason.to_owned()));
        StepRecord { step, status, reason, device: None, beyond_limit: None, ..record.clone() }
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
    let threads = |threads| NonZeroUsize::new(threads).unwrap();
    let settings = [1, 2, 3].map(|count| Settings { threads: threads(count), ..Settings::default() });
    let points = sweep(
        LadderStep { ladder: &*ladder, index: 8 },
        &input,
        settings,
        &Budget { repeat: Some(2), ..Budget::default() },
    );
    let seen: Vec<_> = points.iter().map(|point| (point.settings.threads.get(), point.record.threads)).collect();
    assert_eq!(seen[..2], [(1, Some(1)), (2, Some(2))]);
    assert!(points[0].record.prepare_ms.is_some());
    // The last one fails at its end.
    assert_eq!(points[2].record.status, Status::Wrong);
    assert_eq!(points[2].record.reason.as_deref(), Some("failed: the pool is gone"));
}

#[test]
fn two_steps_in_turn_make_pairs_and_one_that_is_wrong_leaves_the_other() {
    let (ladder, input) = darts();
    let step = |index| LadderStep { ladder: &*ladder, index };
    let run = |steps| runner::race(steps, &input, &Settings::default(), &Budget::exactly(4), &mut |_| {});
    let right = run([step(0), step(11)]);
    assert!(right.iter().all(|record| record.status == Status::Ok && record.times.len() == 4));
    let [first, wrong] = run([step(0), step(1)]);
    assert_eq!((first.status, first.times.len()), (Status::Ok, 4));
    assert_wrong(&wrong, "first wrong: hits of chunk 1");
    let [panicking, last] = run([step(3), step(0)]);
    assert_eq!((panicking.status, last.status), (Status::Wrong, Status::Ok));
}
