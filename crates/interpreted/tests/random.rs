//! Random programs: every engine has to print the same and end the same, and so does CPython where it is installed.
//!
//! `RANDOM_PROGRAMS=N` runs so many programs, `RANDOM_SEED=S` begins with another one: each program is its seed's, and the seeds
//! follow each other. A program that fails is printed with its seed.

#[path = "random/compare.rs"]
mod compare;
mod cpython;
#[path = "random/expressions.rs"]
mod expressions;
#[path = "random/program.rs"]
mod program;
mod running;
#[path = "random/statements.rs"]
mod statements;
#[path = "random/stream.rs"]
mod stream;

use std::env;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Programs in a usual run.
const PROGRAMS: u64 = 900;
/// Programs that a test runs, so that a run says which ones are wrong and uses every core.
const TOGETHER: u64 = 50;
/// Programs that CPython runs in a usual run.
const BY_CPYTHON: u64 = 200;

fn main() -> ExitCode {
    let (first, count) = match (number("RANDOM_SEED", 1), number("RANDOM_PROGRAMS", PROGRAMS)) {
        (Ok(first), Ok(count)) => (first, count),
        (Err(why), _) | (_, Err(why)) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let mut trials = vec![
        Trial::test("programs::are_of_every_kind", compare::programs_are_of_every_kind),
        Trial::ignorable_test("programs::are_compiled", compare::programs_are_compiled),
    ];
    let mut from = 0;
    while from < count {
        let seeds = first.wrapping_add(from)..first.wrapping_add((from + TOGETHER).min(count));
        let title = format!("engines::agree_on_programs_{}_to_{}", seeds.start, seeds.end.wrapping_sub(1));
        trials.push(Trial::test(title, move || compare::engines_agree(seeds)));
        from += TOGETHER;
    }
    let seeds = first..first.wrapping_add(if count == PROGRAMS { BY_CPYTHON } else { count });
    trials.push(Trial::ignorable_test("cpython::agrees", move || compare::cpython_agrees(seeds)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A number from the environment.
fn number(name: &str, otherwise: u64) -> Result<u64, String> {
    match env::var(name) {
        Ok(text) => text.parse().map_err(|_| format!("{name}={text}: a number from 0 to 2^64 - 1 is needed")),
        Err(_) => Ok(otherwise),
    }
}
