//! The instructions that each step takes, counted by valgrind: `scripts/count-instructions` builds and runs this.
//!
//! The counts do not depend on how busy the machine is. Valgrind counts in the thread that it watches, so only crates are here
//! whose steps run in one thread.

#![allow(missing_docs)]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use gungraun::prelude::*;
use validation::{Ladder, Scale, Session, Settings, SizeRequest, StepError};

/// The crates whose steps run in one thread.
const CRATES: [&str; 2] = ["kernels", "vectorised"];

/// Where the names of the steps are left for the script, since here a step is known by its number only.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

type Prepared = Option<Box<dyn Session>>;

fn ladders() -> Vec<Box<dyn Ladder>> {
    let mut ladders = course::ladders();
    ladders.retain(|ladder| ladder.steps().iter().all(|step| CRATES.contains(&step.crate_name())));
    ladders
}

/// The places of all steps.
fn steps() -> std::ops::Range<usize> {
    let names: Vec<_> = ladders().iter().flat_map(|ladder| ladder.steps().to_vec()).map(|step| step.path()).collect();
    fs::write(Path::new(FOLDER).join("steps.txt"), names.join("\n")).expect("the target folder can be written");
    0..names.len()
}

/// Prepares a step for a small input. What it cannot do here counts nothing, and the reason is left for the script.
fn start(place: usize) -> Prepared {
    let mut before = 0;
    for ladder in ladders() {
        let index = place - before;
        if index < ladder.steps().len() {
            let request = SizeRequest { scale: Scale::Quick, ..SizeRequest::default() };
            let input = ladder.input(&request).expect("a small input fits into memory");
            return match ladder.start(index, &input, &Settings::default()) {
                Ok(session) => Some(session),
                Err(StepError::Unavailable(why)) => {
                    let file = Path::new(FOLDER).join(format!("unavailable-{place}.txt"));
                    fs::write(file, why).expect("the target folder can be written");
                    None
                }
                Err(error) => panic!("{}: {error}", ladder.steps()[index].path()),
            };
        }
        before += ladder.steps().len();
    }
    panic!("there are {before} steps, so none has the place {place}")
}

fn verify(session: Prepared) {
    if let Some(session) = session {
        session.verify().expect("what was counted is right");
        session.finish().expect("what was prepared ends well");
    }
}

#[library_benchmark]
#[benches::quick(iter = steps(), setup = start, teardown = verify)]
fn step(mut session: Prepared) -> Prepared {
    if let Some(session) = &mut session {
        session.run().expect("the step runs");
    }
    black_box(session)
}

library_benchmark_group!(name = all, benchmarks = step);
main!(library_benchmark_groups = all);
