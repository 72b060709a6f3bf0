//! No attribute of the profilers keeps a step from compiling, whatever it is written like.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;

use course::{What, copy_with_attributes};

use crate::rustc::Build;
use crate::support::root;

#[test]
fn every_step_of_every_crate_compiles_with_each_attribute() {
    let mut crates: BTreeMap<&str, usize> = BTreeMap::new();
    // A step that runs a program of another language is profiled as that program, not by attributes.
    for step in course::ladders().iter().flat_map(|ladder| ladder.steps()).filter(|step| step.program.is_none()) {
        *crates.entry(step.crate_name()).or_default() += 1;
    }
    assert!(crates.len() > 4, "{crates:?}");
    // Two compilers at a time.
    let all: Vec<_> = crates.into_iter().collect();
    let (first, second) = all.split_at(all.len() / 2);
    thread::scope(|scope| {
        for half in [first, second] {
            scope.spawn(|| half.iter().for_each(|(name, steps)| compiles(name, *steps)));
        }
    });
}

fn compiles(name: &str, steps: usize) {
    for what in [What::Functions, What::Lines, What::Memory] {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("attributes-{name}-{what:?}"));
        let attributes = copy_with_attributes(&root(), &folder, name, what).expect("the copy can be written");
        assert!(attributes >= steps, "{name}: {attributes} attributes for {steps} steps");
        let output = Build::new(&format!("checked-{name}"), &[]).check(name, &folder);
        assert!(output.status.success(), "{name} with {what:?}:\n{}", String::from_utf8_lossy(&output.stderr));
    }
}
