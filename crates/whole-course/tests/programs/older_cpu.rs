//! What is done about processors that do not have the instructions of a step.
#![cfg(target_arch = "x86_64")]

use std::process::Command;

use crate::rustc::Build;
use crate::support::root;

/// A program for a CPU of 2009 finds the instructions of this one when it runs, and says of the others what is missing.
#[test]
fn a_program_for_an_older_cpu_asks_the_one_that_it_runs_on() {
    let main = root().join("crates/whole-course/tests/fixtures/baseline.rs");
    // It is looked at what runs, not at how fast.
    let build = Build::new("for-x86-64-v2", &["-C", "target-cpu=x86-64-v2", "-C", "opt-level=1"]);
    let build = build.library("safe_arch").library("wide").library("pulp").library("vectorised");
    let output =
        Command::new(build.program("baseline", &main, &[])).output().expect("a program that has just been built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).to_owned()
    };
    assert!(of("mandelbrot::neon: ").starts_with("unavailable: needs NEON instructions"), "{text}");
    assert!(of("sse2 ").starts_with("compiled true"), "{text}");
    for (name, instructions, detected) in [
        ("avx2", "AVX2", is_x86_feature_detected!("avx2")),
        ("masked", "AVX-512F", is_x86_feature_detected!("avx512f")),
        ("free_running", "AVX-512F", is_x86_feature_detected!("avx512f")),
    ] {
        let expected = if detected { "right".to_owned() } else { format!("unavailable: needs {instructions}") };
        assert!(of(&format!("mandelbrot::{name}: ")).starts_with(&expected), "{text}");
        assert!(of("avx512f ").starts_with("compiled false"), "{text}");
    }
    for line in text.lines().filter(|line| line.contains("::")) {
        assert!(line.ends_with(": right") || line.contains(": unavailable: needs "), "{line}");
    }
}
