//! What the commands print: names that can be typed, verdicts, lists by chapter, and the page for the projector.

use std::fs;
use std::process::{Command, Output};

fn course(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_course")).args(arguments).output().expect("the command starts")
}

fn shown(arguments: &[&str]) -> String {
    let output = course(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn refused(arguments: &[&str]) -> String {
    let output = course(arguments);
    let message = String::from_utf8(output.stderr).expect("text");
    assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{arguments:?}: {message}");
    message
}

#[test]
fn any_part_of_a_path_that_is_enough_names_a_step() {
    let whole = shown(&["diff", "vectorised::simd::pi::lanes", "kernels::pi::branchless", "--no-race"]);
    for (a, b) in [("vectorised::pi::lanes", "kernels branchless"), ("vectorised pi lanes", "pi::branchless")] {
        assert_eq!(shown(&["diff", a, b, "--no-race"]), whole, "{a}, {b}");
    }
}

#[test]
fn a_wrong_name_gets_five_suggestions_at_most_and_what_shows_all() {
    for wrong in ["mandelbort::naive", "kernels naiv", "all"] {
        let message = refused(&["run", wrong]);
        assert!(message.len() < 400 && message.contains("`cargo course list` shows all"), "{message}");
        assert!(message.matches("::mandelbrot::").count() <= 5, "{message}");
    }
    assert!(refused(&["run", "mandelbort::naive"]).contains("kernels::mandelbrot::naive"));
    assert!(refused(&["chapter7"]).contains("chapter7 is an example: cargo run --example chapter7"));
    assert!(refused(&["record", "12"]).contains("is not written yet"));
}

#[test]
fn all_steps_of_a_module_run_and_say_what_tests_them() {
    let text = shown(&["run", "kernels::pi", "--quick", "--repeat", "2"]);
    for expected in ["branching", "branchless", "pi: chunks 3, samples 1001"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let cases = course::ladders().iter().find(|ladder| ladder.problem() == "pi").expect("pi").cases().len();
    assert!(text.contains(&format!("right at this size; `cargo test -p kernels` checks {cases} more")), "{text}");
}

#[test]
fn a_race_at_a_size_that_shows_nothing_gives_no_verdict() {
    let text = shown(&["diff", "kernels::pi::branching", "kernels::pi::branchless", "--quick"]);
    assert!(text.contains("branchless beside branching: these sizes are too small to show it"), "{text}");
    assert!(text.contains("too small to show a speedup: pi needs"), "{text}");
    let of_step = |line: &&str| line.trim_start().starts_with("branchless ") && !line.contains("beside");
    let row = text.lines().find(of_step).expect("a row");
    assert!(!row.contains(" x"), "{row}");
}

#[test]
fn a_race_says_faster_slower_or_not_proven_with_the_interval() {
    let text =
        shown(&["diff", "kernels::pi::branching", "kernels::pi::branchless", "--size", "10x10000", "--repeat", "9"]);
    let line = text.lines().find(|line| line.starts_with("branchless beside branching: ")).expect("a verdict");
    // Which of them it is depends on the machine and on who else uses it.
    assert!(["faster, ", "slower, ", "not proven "].iter().any(|verdict| line.contains(verdict)), "{line}");
    assert!(text.contains("95 % interval") && text.contains(" to "), "{text}");
}

#[test]
fn the_code_alone_is_shown_without_what_is_said_of_it() {
    let arguments = ["diff", "kernels::mandelbrot::naive", "kernels::mandelbrot::hoisted", "--no-race"];
    let (whole, code) = (shown(&arguments), shown(&[&arguments[..], &["--code"]].concat()));
    assert!(whole.contains("///") && !code.contains("///"), "{code}");
    assert!(code.contains("zi = zi * zi + qi;") && code.contains("5 lines of code changed"), "{code}");
    assert!(refused(&["diff", "kernels::pi", "kernels::mandelbrot", "--code"]).contains("leave --code out"));
}

#[test]
fn the_page_for_the_projector_has_both_steps_and_needs_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_str().expect("a name");
    let arguments = ["diff", "kernels::pi::branching", "kernels::pi::branchless", "--quick", "--repeat", "2"];
    let text = shown(&[&arguments[..], &["--html", "--out", out]].concat());
    assert!(text.contains("written: "), "{text}");
    let path = folder.path().join("diff-kernels-pi-branching-kernels-pi-branchless.html");
    let page = fs::read_to_string(&path).expect("the page");
    for expected in
        ["kernels::pi::branching", "kernels::pi::branchless", "<mark>", "class=\"keyword\"", "Times, run in turn"]
    {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(!page.contains("http") && !page.contains("<script") && !page.contains("<link"), "{page}");
    assert!(refused(&[&arguments[..], &["--open"]].concat()).contains("--html"));
}

#[test]
fn the_list_is_by_chapter_and_can_be_filtered() {
    let all = shown(&["list"]);
    let chapters: Vec<_> = all.lines().filter(|line| line.starts_with("CHAPTER ")).collect();
    let numbers =
        chapters.iter().map(|line| line[8..line.find(':').expect("a colon")].parse::<u32>().expect("a number"));
    assert_eq!(numbers.collect::<Vec<_>>(), [1, 4, 5, 6, 7, 8, 9, 10, 11]);
    let simd = shown(&["list", "--chapter", "7"]);
    assert!(
        simd.starts_with("CHAPTER 7: SIMD; ") && simd.contains("free_running") && !simd.contains("kernels::"),
        "{simd}"
    );
    let one = shown(&["list", "--crate", "kernels", "--problem", "pi"]);
    assert!(one.contains("kernels::pi") && !one.contains("mandelbrot.rs") && !one.contains("vectorised::"), "{one}");
    assert!(refused(&["list", "--crate", "kernel"]).contains("did you mean kernels?"));
    assert!(refused(&["list", "--chapter", "2"]).contains("has no steps of its own"));
    assert!(refused(&["list", "--chapter", "12"]).contains("is not written yet"));
    assert!(refused(&["list", "--chapter", "7", "--crate", "kernels"]).contains("there are no such steps"));
}

#[test]
fn doctor_takes_ten_lines_and_names_each_thing_if_asked() {
    let text = shown(&["doctor"]);
    assert!(text.lines().count() <= 10, "{text}");
    assert!(text.contains("every chapter     has ") && text.contains("chapter 11  "), "{text}");
    let details = shown(&["doctor", "--details"]);
    assert!(details.contains("has    rustc: rustc 1.") && details.lines().count() > 10, "{details}");
}
