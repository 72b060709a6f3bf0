//! The `course` command.

use crate::support::course;
use assert_cmd::prelude::*;

fn shown(arguments: &[&str]) -> String {
    let output = course().args(arguments).assert().success().get_output().stdout.clone();
    let text = String::from_utf8(output).unwrap();
    assert!(!text.contains('\x1b'), "colours without a terminal");
    text
}

fn refused(arguments: &[&str]) -> String {
    let output = course().args(arguments).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{arguments:?}: {message}");
    message
}

#[test]
fn list_names_every_step_with_its_file_and_line() {
    let text = shown(&["list"]);
    for ladder in course::ladders() {
        for step in ladder.steps() {
            assert!(text.contains(&format!("{} ({})", step.module, step.file)), "{}", step.path());
            assert!(text.contains(step.idea) && text.contains(step.mirrors), "{}", step.path());
        }
    }
    assert!(!text.contains("line    ?"), "{text}");
    let one = shown(&["list", "--problem", "pi"]);
    assert!(one.contains("kernels::pi") && !one.contains("mandelbrot"), "{one}");
}

#[test]
fn run_runs_steps_of_several_problems() {
    let text = shown(&["run", "--quick", "mandelbrot::expanded", "kernels::pi::branchless"]);
    assert!(text.contains("mandelbrot: width 100") && text.contains("pi: chunks 3"), "{text}");
    assert_eq!(text.matches(" ok").count(), 2, "{text}");
}

#[test]
fn diff_shows_both_steps_what_changed_and_both_times() {
    for style in [&[][..], &["--unified"]] {
        let arguments = ["diff", "kernels::mandelbrot::naive", "kernels::mandelbrot::hoisted", "--quick"];
        let text = shown(&[&arguments[..], style].concat());
        assert!(text.contains("z[i] = z[i] * z[i] + q[i];") && text.contains("zi = zi * zi + qi;"), "{text}");
        assert!(text.contains("lines of code changed") && text.contains("best ms"), "{text}");
    }
}

#[test]
fn diff_of_two_files_shows_the_files() {
    let text = shown(&["diff", "kernels::mandelbrot", "kernels::pi", "--unified"]);
    assert!(text.contains("crates/kernels/src/mandelbrot.rs") && text.contains("crates/kernels/src/pi.rs"), "{text}");
}

#[test]
fn unknown_names_get_the_nearest_ones() {
    assert!(refused(&["run", "expandet"]).contains("kernels::mandelbrot::expanded"));
    assert!(refused(&["diff", "naive", "kernels::mandelbrott"]).contains("kernels::mandelbrot"));
    assert!(refused(&["list", "--problem", "pie"]).contains("did you mean pi?"));
    assert!(refused(&["compare", "mandelbrott"]).contains("did you mean mandelbrot?"));
    assert!(refused(&["compare", "mandelbrot", "--peers", "numbba"]).contains("numba"));
    assert!(refused(&["record", "99"]).contains("there is no chapter 99; there are 1"));
    assert!(refused(&["lst"]).contains("list"));
    assert!(refused(&["diff", "indexed", "naive"]).contains("is the name of 2 steps"));
}

#[test]
fn compare_shows_who_is_missing_and_checks_who_is_there() {
    let text = shown(&["compare", "mandelbrot", "--quick", "--rounds", "2", "--steps", "expanded", "--peers", "g++"]);
    assert!(text.contains("kernels expanded") && text.contains("g++ expanded"), "{text}");
    let there = crate::support::root().join(".peers/bin").exists();
    let last = text.lines().find(|line| line.contains("g++ expanded")).unwrap();
    assert!(last.trim_end().ends_with(if there { "ok" } else { "missing" }), "{text}");
    assert!(there || text.contains("scripts/setup-peers installs it"), "{text}");
    let required = std::env::var("REQUIRE").is_ok_and(|required| required.contains("peers"));
    assert!(there || !required, "REQUIRE demands the peers, and they are not installed");
}

#[test]
fn doctor_names_what_mends_what_is_missing() {
    let text = shown(&["doctor"]);
    assert!(text.contains("has    rustc: rustc 1."), "{text}");
    assert!(text.lines().filter(|line| line.contains("LACKS")).all(|line| line.contains("to mend: ")), "{text}");
}

#[test]
fn machine_describes_this_machine() {
    let text = shown(&["machine", "--no-limits"]);
    assert!(text.contains("cores"), "{text}");
}
