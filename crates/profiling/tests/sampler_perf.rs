//! The shares of functions agree with those that `perf record -e cpu-clock` finds, within three points.
//!
//! The test runs this program once more under `perf`, as `sampler_perf --work`.

mod spinning;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use profiling::Sampler;

/// The functions, with their parts of the work: six tenths, three, and one.
const FUNCTIONS: [(&str, u64); 3] = [("spin_six", 6), ("spin_three", 3), ("spin_one", 1)];

/// How far apart two shares may be: three points.
const POINTS: f64 = 3.0;

#[inline(never)]
fn spin_six(rounds: u64) -> f64 {
    black_box(spinning::work(rounds))
}

#[inline(never)]
fn spin_three(rounds: u64) -> f64 {
    black_box(spinning::work(rounds)) + 1.0
}

#[inline(never)]
fn spin_one(rounds: u64) -> f64 {
    black_box(spinning::work(rounds)) + 2.0
}

/// Several turns, so that whatever the machine does meanwhile meets all three alike.
fn work() {
    for _ in 0..20 {
        let rounds = 1_000_000;
        black_box(spin_six(6 * rounds) + spin_three(3 * rounds) + spin_one(rounds));
    }
}

/// The shares of the functions in percent of what the three have together.
fn shares(found: impl Fn(&str) -> f64) -> [f64; 3] {
    let found = FUNCTIONS.map(|(name, _)| found(name));
    let all: f64 = found.iter().sum();
    found.map(|part| part / all * 100.0)
}

fn sampled() -> Result<[f64; 3], Failed> {
    let samples = Sampler::new().run(work)?.samples;
    if let Some(unavailable) = samples.unavailable() {
        return Err(unavailable.to_string().into());
    }
    let functions = samples.functions();
    Ok(shares(|name| {
        functions.iter().find(|row| row.function.ends_with(&format!("::{name}"))).map_or(0.0, |row| row.total as f64)
    }))
}

fn perf(file: &Path) -> Result<[f64; 3], String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut record = Command::new("perf");
    record
        .args(["record", "-q", "-e", "cpu-clock:u", "-F", "997", "-o"])
        .arg(file)
        .arg("--")
        .arg(program)
        .arg("--work");
    run(&mut record)?;
    let report =
        run(Command::new("perf").args(["report", "--stdio", "--no-children", "-F", "overhead,sym", "-i"]).arg(file))?;
    let percent = |name: &str| -> f64 {
        let row = report.lines().find(|line| line.contains(&format!("::{name}")));
        row.and_then(|row| row.trim().split('%').next()?.parse().ok()).unwrap_or(0.0)
    };
    let shares = shares(percent);
    if shares.iter().all(|share| *share > 0.0) {
        Ok(shares)
    } else {
        Err(format!("perf did not find the functions:\n{report}"))
    }
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("perf: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("perf: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}

/// Why `perf` cannot be used here, if so.
fn why_no_perf(file: &Path) -> Option<String> {
    let probe =
        run(Command::new("perf").args(["record", "-q", "-e", "cpu-clock:u", "-o"]).arg(file).args(["--", "true"]));
    probe.err().map(|error| error.lines().next().unwrap_or_default().to_owned())
}

fn agree(first: [f64; 3], second: [f64; 3], names: &str) -> Result<(), Failed> {
    let apart = first.iter().zip(second).map(|(first, second)| (first - second).abs()).fold(0.0, f64::max);
    println!("{names}: {first:.1?} and {second:.1?}");
    if apart <= POINTS {
        Ok(())
    } else {
        Err(format!("{names} are {apart:.1} points apart: {first:.1?}, {second:.1?}").into())
    }
}

/// Both count samples, and a machine that others share can disturb one of them and not the other.
fn one_of_three(attempt: impl Fn() -> Result<(), Failed>) -> Result<(), Failed> {
    attempt().or_else(|_| attempt()).or_else(|_| attempt())
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("--work") {
        work();
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::from_args();
    let file = std::env::temp_dir().join(format!("sampler-{}.data", std::process::id()));
    let known = FUNCTIONS.map(|(_, parts)| parts as f64 * 10.0);
    let why = why_no_perf(&file);
    let name = |name: &str| match &why {
        Some(why) => format!("{name} (ignored: {why})"),
        None => name.to_owned(),
    };
    let data = file.clone();
    let trials = vec![
        Trial::test("shares_are_those_of_the_work", move || {
            one_of_three(|| agree(sampled()?, known, "the sampler and the work"))
        }),
        Trial::test(name("shares_agree_with_perf"), move || {
            one_of_three(|| agree(sampled()?, perf(&data)?, "the sampler and perf"))
        })
        .with_ignored_flag(why.is_some()),
    ];
    // Both sample, and there is one profile at a time.
    let conclusion = libtest_mimic::run(&Arguments { test_threads: Some(1), ..arguments }, trials);
    // It was not written where perf cannot be used.
    let _ = std::fs::remove_file(file);
    conclusion.exit_code()
}
