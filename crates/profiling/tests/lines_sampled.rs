//! Hits and sampled times in one table. All threads of the process are sampled, so these tests take turns.

use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, process};

use profiling::lines::{self, Function, Time};
use profiling::{SampleError, Sampler, Timer, line_profile};

fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A chain of divisions, which takes a fixed number of cycles per round.
#[inline(never)]
fn work(rounds: u64) -> f64 {
    let mut value = 1.5;
    for _ in 0..rounds {
        value = 1.0 + 1.0 / black_box(value);
    }
    value
}

/// A quarter of the time on one line, the rest on another.
#[line_profile]
fn quarters(times: u64, rounds: u64) -> f64 {
    let mut sum = 0.0;
    for _ in 0..times {
        sum += work(rounds);
        sum -= work(3 * rounds);
    }
    sum
}

#[line_profile]
fn calls_the_other(times: u64, rounds: u64) -> f64 {
    let other = quarters(times, rounds);
    other + 1.0
}

#[line_profile]
fn runs_elsewhere() -> u32 {
    black_box(7)
}

fn seconds(function: &Function, text: &str) -> f64 {
    let line = function.lines.iter().find(|line| line.text.contains(text)).expect(text);
    line.time.and_then(Time::seconds).expect("a time")
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[test]
fn hits_are_exact_and_times_are_those_of_the_samples() {
    let _alone = alone();
    runs_elsewhere();
    let profiled = lines::profile(|| calls_the_other(100, 500_000)).unwrap();
    let (lines, samples) = (&profiled.lines, &profiled.samples);
    assert!(profiled.value.is_finite());
    assert!(lines.function("runs_elsewhere").is_none(), "it ran before");

    let quarters = lines.function("quarters").unwrap();
    let hits: Vec<u64> = quarters.lines.iter().filter_map(|line| line.hits).collect();
    assert_eq!(hits, [1, 101, 100, 100, 1]);
    let range = quarters.lines[0].number..=quarters.lines.last().unwrap().number;
    for (line, time) in samples.attribute_to("tests/lines_sampled.rs", range).innermost {
        let shown = quarters.lines.iter().find(|shown| shown.number == line).unwrap();
        assert_eq!(shown.time, Some(Time::Seconds(time)), "{lines}");
    }
    let all = samples.total() as f64 / f64::from(samples.frequency());
    let whole = quarters.seconds().unwrap();
    assert!(whole > 0.95 * all, "{whole} s of {all} s\n{lines}");
    // Four standard deviations of so many independent looks.
    let share = seconds(quarters, "sum -= work(3 * rounds)") / whole;
    let tolerance = 4.0 * (0.75 * 0.25 / samples.events() as f64).sqrt();
    assert!((share - 0.75).abs() < tolerance, "{share} in {} events\n{lines}", samples.events());

    let caller = lines.function("calls_the_other").unwrap();
    assert!(
        seconds(caller, "quarters(times, rounds)") >= whole * (1.0 - 1e-12),
        "the time of a call belongs to its line\n{lines}"
    );
    let text = lines.to_string();
    let note = format!(
        "Times are sampled: {} samples at 997 Hz, taken in {} interruptions\n\nTotal time: ",
        samples.total(),
        samples.events()
    );
    assert!(text.starts_with(&note), "{text}");
}

#[test]
fn a_profile_within_a_profile_is_refused_and_what_was_counted_stays() {
    let _alone = alone();
    let inner = lines::profile(|| {
        runs_elsewhere();
        lines::profile(|| panic!("this is not run")).err()
    })
    .unwrap();
    assert_eq!(inner.value, Some(SampleError::Running));
    assert_eq!(inner.lines.function("runs_elsewhere").unwrap().lines[2].hits, Some(1));
}

/// Without a limit for pending signals there are no timers; that is the process's own, so the test runs itself once more.
#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_sampled_the_table_has_hits_and_says_why_it_has_no_times() {
    const INNER: &str = "LINES_WITHOUT_TIMERS";
    let _alone = alone();
    if env::var_os(INNER).is_none() {
        let output = process::Command::new("bash")
            .args(["-c", "ulimit -i 0 && exec \"$@\"", "bash"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", "where_nothing_can_be_sampled_the_table_has_hits_and_says_why_it_has_no_times"])
            .env(INNER, "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    lines::reset();
    let samples = Sampler::new().timer(Timer::Clock).run(|| quarters(3, 10)).unwrap().samples;
    let lines = lines::take().with_samples(&samples);
    let text = lines.to_string();
    let why = samples.unavailable().expect("there are no timers").to_string();
    assert!(text.starts_with(&format!("No times: {why}\n\nTotal time: -\n")), "{text}");
    let function = lines.function("quarters").unwrap();
    assert!(function.lines.iter().all(|line| line.time.is_none()));
    let hits: Vec<u64> = function.lines.iter().filter_map(|line| line.hits).collect();
    assert_eq!(hits, [1, 4, 3, 3, 1]);
    assert!(text.contains("   4          -             -       -      for _ in 0..times {"), "{text}");
}
