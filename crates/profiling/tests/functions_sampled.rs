//! Calls and sampled times in one table. All threads of the process are sampled and counted, so these tests take turns. How long
//! something takes is never asserted, only that the table has the times that the samples have.
#![cfg(all(feature = "enabled", target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{env, process, thread};

use profiling::functions::{self, Certainty, Profile, Profiled, Stats, Times};
use profiling::{SampleError, Sampler, Samples, Timer, line_profile, profile};

fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program that is run once is long enough to be met: a few dozen milliseconds.
const ONCE: Duration = Duration::ZERO;

/// A chain of divisions, which takes a fixed number of cycles per round.
#[inline(never)]
fn work(rounds: u64) -> f64 {
    let mut value = 1.5;
    for _ in 0..rounds {
        value = 1.0 + 1.0 / black_box(value);
    }
    value
}

/// Small enough to be inlined.
#[profile]
fn small<T: Into<f64>>(value: T) -> f64 {
    (black_box(value.into()) + 2.0).sqrt()
}

#[profile]
fn recursive(depth: u32) -> f64 {
    if depth == 0 { work(100_000) } else { recursive(depth - 1) + work(50_000) }
}

/// Its last call would be a jump without the attribute.
#[inline(never)]
#[profile]
fn hands_on(rounds: u64) -> f64 {
    handed(rounds)
}

#[inline(never)]
#[profile]
fn handed(rounds: u64) -> f64 {
    work(rounds)
}

struct Square(f64);

impl Square {
    #[profile]
    fn area(&self) -> f64 {
        work(1_000_000) * self.0 * self.0
    }
}

/// One attribute writes the body again before the other one sees it.
#[line_profile]
#[profile]
fn both(rounds: u64) -> f64 {
    let mut value = 1.5;
    for _ in 0..rounds {
        value = 1.0 + 1.0 / black_box(value);
    }
    value
}

#[profile]
fn scoped() -> f64 {
    profiling::scope!("inside");
    handed(10_000_000)
}

#[profile]
fn program() -> f64 {
    let mut sum = (0..1_000_000).map(|n: u32| small(n)).sum::<f64>() + small(0.5_f32);
    sum += recursive(4) + hands_on(1_000_000) + Square(2.0).area();
    sum += both(5_000_000);
    thread::scope(|scope| scope.spawn(|| handed(1_000_000)).join().unwrap()) + sum
}

fn stats(profile: &Profile, name: &str) -> Stats {
    let found = profile.stats().into_iter().find(|stats| profile.functions()[stats.function].name == name);
    found.unwrap_or_else(|| panic!("{name} was not called:\n{}", profile.table()))
}

/// The names of the frames of each stack, the innermost first, without paths, each with the weight of its stack.
fn names(samples: &Samples) -> Vec<(Vec<String>, u64)> {
    let name = |function: &str| {
        let plain = function.split("::<").next().unwrap_or(function);
        plain.rsplit("::").next().unwrap_or(plain).split('<').next().unwrap_or(plain).to_owned()
    };
    let names = |stack| samples.frames(stack).map(|frame| name(&frame.function)).collect();
    samples.stacks().iter().map(|stack| (names(stack), stack.weight())).collect()
}

#[test]
fn calls_are_counted_and_times_are_those_of_the_samples() {
    let _alone = alone();
    let Profiled { value, profile, samples } = functions::profile_for(ONCE, program).unwrap();
    assert!(value.is_finite());
    let calls = |name| {
        let stats = stats(&profile, name);
        (stats.calls, stats.primitive_calls)
    };
    assert_eq!((calls("program"), calls("small")), ((1, 1), (1_000_001, 1_000_001)));
    assert_eq!((calls("recursive"), calls("Square::area")), ((5, 1), (1, 1)));
    assert_eq!((calls("hands_on"), calls("handed")), ((1, 1), (2, 2)));
    assert_eq!(profile.calls(), 1 + 1_000_001 + 5 + 1 + 1 + 2 + 1);

    let Times::Sampled(sampling) = profile.times() else { panic!("{}", profile.table()) };
    assert_eq!((sampling.runs, sampling.samples, sampling.events), (1, samples.total(), samples.events()));
    let functions = ["program", "small", "recursive", "hands_on", "handed", "area", "both"];
    let ns = |weight: u64| (weight as f64 * 1e9 / f64::from(samples.frequency())).round() as u64;
    let stacks = names(&samples);
    for name in functions {
        let met = |innermost: bool| -> u64 {
            let is_met = |frames: &[String]| match innermost {
                true => frames.iter().find(|frame| functions.contains(&frame.as_str())).is_some_and(|f| f == name),
                false => frames.iter().any(|frame| frame == name),
            };
            stacks.iter().filter(|(frames, _)| is_met(frames)).map(|(_, weight)| weight).sum()
        };
        let found = stats(&profile, if name == "area" { "Square::area" } else { name });
        // Each context is rounded to a nanosecond.
        let contexts = profile.contexts().len() as u64;
        for (shown, seen) in [(found.self_ns, met(true)), (found.total_ns, met(false))] {
            assert!(shown.abs_diff(ns(seen)) <= contexts, "{name}: {shown} ns, {seen} samples\n{}", profile.table());
        }
    }
    let table = profile.table().to_string();
    let origin = format!(
        "Times are sampled: {} samples at 997 Hz, taken in {} interruptions of one run",
        samples.total(),
        samples.events()
    );
    assert!(table.contains(&origin), "{table}");
}

#[test]
fn no_function_with_the_attribute_is_missing_from_a_stack() {
    let _alone = alone();
    let samples = functions::profile_for(ONCE, || hands_on(20_000_000)).unwrap().samples;
    let met: Vec<_> = names(&samples).into_iter().filter(|(frames, _)| frames.iter().any(|f| f == "work")).collect();
    assert!(!met.is_empty(), "{samples}");
    for (frames, _) in met {
        let around: Vec<_> = frames.iter().skip_while(|frame| *frame != "work").take(3).collect();
        assert_eq!(around, ["work", "handed", "hands_on"]);
    }
}

#[test]
fn a_short_program_is_run_again_and_again_and_counted_once() {
    let _alone = alone();
    let mut runs = 0;
    let program = || {
        runs += 1;
        handed(1000)
    };
    let profile = functions::profile_for(Duration::from_millis(300), program).unwrap().profile;
    let Times::Sampled(sampling) = profile.times() else { panic!("{}", profile.table()) };
    assert_eq!((sampling.runs, profile.calls()), (runs - 1, 1), "the last run is the one that is counted");
    assert!(sampling.runs > 1);
}

#[test]
fn nothing_is_counted_where_it_is_not_to_be() {
    let _alone = alone();
    #[profile]
    fn around() -> f64 {
        functions::uncounted(|| handed(10)) + handed(10)
    }
    functions::reset();
    around();
    functions::uncounted(|| thread::spawn(|| handed(10)).join().unwrap());
    let panicked = std::panic::catch_unwind(|| functions::uncounted(|| panic!("as it should")));
    assert!(panicked.is_err());
    let profile = functions::take();
    assert_eq!((profile.calls(), stats(&profile, "handed").calls), (2, 1));
    assert_eq!(profile.edges().len(), 1, "the call around went on");
}

#[test]
fn a_profile_within_a_profile_is_refused_before_it_runs() {
    let _alone = alone();
    let mut inner = Vec::new();
    functions::profile_for(ONCE, || {
        inner.push(Sampler::new().run(|| functions::profile(|| panic!("is not run")).err()))
    })
    .unwrap();
    assert_eq!(inner.remove(0).unwrap_err(), SampleError::Running, "the run that is sampled");
    assert_eq!(inner.remove(0).unwrap().value, Some(SampleError::Running), "the run that is counted");
}

#[test]
fn a_scope_has_calls_and_no_time() {
    let _alone = alone();
    let profile = functions::profile_for(ONCE, scoped).unwrap().profile;
    let inside = stats(&profile, "inside");
    assert_eq!(
        (inside.calls, inside.self_certainty, inside.total_certainty),
        (1, Certainty::Unknown, Certainty::Unknown)
    );
    let (scoped, handed) = (stats(&profile, "scoped"), stats(&profile, "handed"));
    assert_eq!(scoped.total_ns, scoped.self_ns + handed.self_ns, "what the scope calls is below it");
    let table = profile.table().to_string();
    assert!(table.contains("         -: a scope, whose time is that of the function around it\n"), "{table}");
}

/// Without a limit for pending signals there are no timers; that is the process's own, so the test runs itself once more.
#[test]
fn where_nothing_can_be_sampled_times_are_the_clocks_and_the_table_says_why() {
    const INNER: &str = "FUNCTIONS_WITHOUT_TIMERS";
    let _alone = alone();
    if env::var_os(INNER).is_none() {
        let output = process::Command::new("bash")
            .args(["-c", "ulimit -i 0 && exec \"$@\"", "bash"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", "where_nothing_can_be_sampled_times_are_the_clocks_and_the_table_says_why"])
            .env(INNER, "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    let samples = Sampler::new().timer(Timer::Clock).run(|| ()).unwrap().samples;
    functions::reset();
    handed(1000);
    let profile = functions::take_with_samples(&samples, 1);
    let why = samples.unavailable().expect("there are no timers").to_string();
    assert_eq!(profile.times(), &Times::Clock { why: Some(why.clone()) });
    let table = profile.table().to_string();
    assert!(table.contains(&format!("         Times are those of the clock: {why}\n")), "{table}");
    assert_eq!(profile.calls(), 1);
    assert!(profile.time() > Duration::ZERO);
}
