//! Without the feature `enabled` nothing is left of the profilers' attribute: a program is built with it and without.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;

use crate::rustc::Build;
use crate::support::root;

/// Builds the program and returns what it prints and its machine code as text.
fn built(build: &Build) -> (String, String) {
    let source = root().join("crates/whole-course/tests/fixtures/switched_off.rs");
    let program = build.program("switched_off", &source, &["-C", "opt-level=3", "--emit=asm,link"]);
    let printed = Command::new(&program).output().expect("a program that has just been built");
    let listing = fs::read_to_string(program.with_extension("s")).expect("the listing lies beside the program");
    (String::from_utf8(printed.stdout).unwrap(), listing)
}

/// The instructions of a function.
fn instructions<'a>(listing: &'a str, function: &str) -> Vec<&'a str> {
    let start = listing.lines().skip_while(|line| *line != format!("{function}:")).skip(1);
    let body = start.take_while(|line| !line.starts_with(".Lfunc_end"));
    body.map(str::trim).filter(|line| !line.starts_with(['.', '#'])).collect()
}

#[test]
fn nothing_is_left_where_the_feature_is_off() {
    let build = Build::new("switched-off", &["-C", "opt-level=0"]).without_features();
    let (printed, listing) = built(&build.library("profiling_macros").library("profiling"));
    assert_eq!(printed, "145 145\n");
    let [with, without] = ["with", "without"].map(|which| instructions(&listing, &format!("{which}_the_attribute")));
    // Of two equal functions the compiler may make one, and an alias.
    let alias =
        listing.lines().any(|line| line.contains("with_the_attribute, ") || line.contains("without_the_attribute, "));
    assert!(!with.is_empty() || alias, "{listing}");
    assert!(with == without || alias, "{with:#?}\n{without:#?}");
    assert!(!listing.contains("9profiling"), "something of the crate is called");
}

#[test]
fn the_same_program_is_profiled_where_the_feature_is_on() {
    let (printed, listing) = built(&Build::new("switched-on", &[]));
    assert_eq!(printed, "145 145\n");
    let [with, without] =
        ["with", "without"].map(|which| instructions(&listing, &format!("{which}_the_attribute")).len());
    assert!(with > without && without > 0, "{with} {without}");
    assert!(listing.contains("9profiling"));
}
