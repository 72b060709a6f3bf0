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
    assert!(refused(&["compare", "mandelbrot", "--record=../x"]).contains("letters, digits, - and _ make a name"));
    assert!(refused(&["compare", "--record=x"]).contains("--record=NAME needs a problem"));
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

#[test]
#[cfg(target_arch = "x86_64")]
fn dis_lists_and_counts_the_instructions_of_a_step() {
    let text = shown(&["dis", "kernels::mandelbrot::naive"]);
    assert!(text.starts_with("kernels::mandelbrot::naive  "), "{text}");
    assert!(text.contains("if z[i].norm() > 2.0 {") && text.contains("; hypot"), "{text}");
    let bare = shown(&["dis", "kernels::mandelbrot::naive", "--no-sources"]);
    assert!(!bare.contains("norm()") && bare.lines().count() < text.lines().count(), "{bare}");
    let counts = shown(&["dis", "kernels::mandelbrot::naive", "--count"]);
    assert!(counts.contains("hottest loop") && counts.contains("bounds checks"), "{counts}");
    // Any other function of the program will do.
    assert!(shown(&["dis", "core::fmt::write", "--count"]).starts_with("core::fmt::write"));
    assert!(refused(&["dis", "naiv"]).contains("did you mean kernels::mandelbrot::naive?"));
    assert!(refused(&["dis", "naive", "--count", "--addresses"]).contains("--addresses"));
}

#[test]
#[cfg(target_arch = "x86_64")]
fn annotate_writes_a_page_of_a_step_or_a_file() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().to_str().unwrap();
    let text = shown(&["annotate", "kernels::mandelbrot::naive", "--out", out]);
    assert!(text.contains("1 call") && text.contains("if z[i].norm() > 2.0 {"), "{text}");
    let page = std::fs::read_to_string(format!("{out}/annotated-kernels-mandelbrot-naive.html")).unwrap();
    assert!(page.contains("hypot") && !page.contains("zx_squared"), "the step alone");
    shown(&["annotate", "kernels::mandelbrot", "--out", out]);
    let page = std::fs::read_to_string(format!("{out}/annotated-kernels-mandelbrot.html")).unwrap();
    assert!(page.contains("hypot") && page.contains("zx_squared"), "the whole file");
    assert!(refused(&["annotate", "kernels::mandelbrott"]).contains("did you mean kernels::mandelbrot"));
}

#[test]
#[cfg(target_arch = "x86_64")]
fn diff_shows_how_the_instructions_changed() {
    let arguments = ["diff", "kernels::mandelbrot::hoisted", "kernels::mandelbrot::squared", "--asm", "--no-race"];
    let text = shown(&arguments);
    let calls = text.lines().find(|line| line.starts_with("calls ")).unwrap();
    assert!(calls.ends_with(&format!("{:>8}{:>8}{:>8}", 1, 0, -1)), "hypot is gone from the loop: {calls}");
}

#[test]
fn profile_counts_lines_functions_and_the_heap_in_a_copy() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().to_str().unwrap();
    let profile = |step: &str, what: &str| shown(&["profile", step, what, "--quick", "--out", out]);
    let lines = profile("kernels::mandelbrot::naive", "--lines");
    let hits = |text: &str| {
        let line = lines.lines().find(|line| line.ends_with(text)).unwrap_or_else(|| panic!("no {text} in {lines}"));
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(hits("for iteration in 0..input.max_iterations {"), 656_851);
    assert_eq!(hits("z[i] = z[i] * z[i] + q[i];"), 654_823);
    assert_eq!(hits("counts[i] = iteration;"), 7_972);
    assert!(lines.contains(" pub fn naive(") && lines.contains("validation sum 38451"), "{lines}");

    let functions = profile("kernels::mandelbrot::boxed", "--functions");
    let absolute = functions.lines().find(|line| line.contains("::absolute)")).unwrap();
    assert_eq!(absolute.split_whitespace().next(), Some("654823"), "{functions}");
    for ending in ["callgrind.out", "flame-graph.svg", "square-map.svg"] {
        let file = format!("{out}/profile-kernels-mandelbrot-boxed-{ending}");
        assert!(std::fs::read_to_string(&file).unwrap().contains("absolute"), "{file}");
    }

    let memory = profile("kernels::mandelbrot::naive", "--memory");
    let z = memory.lines().find(|line| line.contains("let mut z = vec!")).unwrap();
    assert!(z.contains("+156.2 KiB"), "10000 complex numbers: {z}");
    assert!(std::path::Path::new(out).join("profile-kernels-mandelbrot-naive-memory.svg").is_file());
}

#[test]
fn profile_samples_a_step_as_it_is() {
    let out = tempfile::tempdir().unwrap();
    let text = shown(&["profile", "kernels::mandelbrot::naive", "--quick", "--out", out.path().to_str().unwrap()]);
    if cfg!(target_os = "linux") {
        assert!(text.contains("kernels::mandelbrot::naive") && text.contains("kernels/src/mandelbrot.rs:"), "{text}");
        assert!(out.path().join("profile-kernels-mandelbrot-naive-sampled.svg").is_file());
    } else {
        assert!(text.contains("unavailable"), "{text}");
    }
    assert!(refused(&["profile", "naiv"]).contains("did you mean kernels::mandelbrot::naive?"));
    assert!(refused(&["profile", "naive", "--lines", "--memory"]).contains("cannot be used with"));
}
