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
    assert!(output.stdout.is_empty(), "{arguments:?} printed {}", String::from_utf8_lossy(&output.stdout));
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
    let unlike = refused(&["diff", "kernels::mandelbrot", "kernels::pi::branchless"]);
    assert!(unlike.contains("'kernels::mandelbrot' is a file and 'kernels::pi::branchless' a step"), "{unlike}");
}

#[test]
fn a_name_that_resembles_nothing_is_answered_with_a_few_names_and_what_shows_all() {
    for (arguments, shows_all) in [
        (&["run", "qqq"][..], "; `cargo course list` shows all"),
        (&["diff", "naive", "qqq"], "; `cargo course list` shows all"),
        (&["profile", "qqq"], "; `cargo course list` shows all"),
        (&["dis", "qqq"], "; `cargo course list` shows all"),
        (&["compare", "mandelbrot", "--steps", "qqq"], "; `cargo course list` shows all"),
        (&["compare", "mandelbrot", "--peers", "qqq"], "; `cargo course doctor` shows all"),
        (&["compare", "mandelbrot", "--base", "qqq"], "; `cargo course list` shows all"),
        (&["list", "--problem", "qqq"], "there are mandelbrot, "),
    ] {
        let message = refused(arguments);
        assert!(message.len() < 500 && message.contains(shows_all), "{arguments:?}: {message}");
    }
    let message = refused(&["run", &format!("a\x1b[31m\n{}", "b".repeat(100_000))]);
    assert!(message.len() < 600 && message.contains("'a\\u{1b}[31m\\nbbb"), "{message}");
}

#[test]
fn what_would_be_ignored_is_refused() {
    let (naive, pi, columns) = ("kernels::mandelbrot::naive", "kernels::pi::branchless", "kernels::particles::columns");
    for (arguments, told) in [
        (&["run", naive, "--size", "3x4", "--width", "7"][..], "cannot be used with '--width <W>'"),
        (&["run", naive, pi, "--size", "3"], "--size is that of one problem"),
        (&["run", pi, columns, "--width", "3"], "--width is a size of mandelbrot"),
        (&["run", pi, "--width", "3"], "pi has no width"),
        (&["diff", "kernels::pi", "kernels::mandelbrot", "--quick"], "leave --quick out"),
        (&["diff", "kernels::pi", "kernels::mandelbrot", "--asm"], "leave --asm out"),
        (&["diff", naive, naive, "--no-race", "--repeat", "3"], "leave --repeat out"),
        (&["diff", naive, pi, "--height", "3"], "leave --height out"),
        (&["diff", naive, naive, "--unified", "--columns", "100"], "cannot be used with"),
        (&["profile", naive, "--memory", "--repeat", "3"], "cannot be used with"),
        (&["profile", naive, "--functions", "--repeat", "3"], "cannot be used with"),
        (&["compare", "--steps", pi, "--width", "3"], "--width is a size of mandelbrot"),
    ] {
        let message = refused(arguments);
        assert!(message.contains(told), "{arguments:?}: {message}");
    }
}

/// What a command says on standard error, which is one line, and its exit status.
fn failed(arguments: &[&str]) -> (String, Option<i32>) {
    let output = course().args(arguments).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message.lines().count(), 1, "{arguments:?}: {message}");
    assert!(output.stdout.is_empty(), "{arguments:?} printed {}", String::from_utf8_lossy(&output.stdout));
    (message, output.status.code())
}

#[test]
fn files_that_cannot_be_written_are_refused_before_the_first_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let kept = path("kept");
    std::fs::write(&kept, "kept").unwrap();
    let mut permissions = std::fs::metadata(&kept).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&kept, permissions).unwrap();
    for file in [kept.clone(), path(&"x".repeat(300)), path("missing/results.json"), path("")] {
        for command in [
            &["run", "--quick", "kernels::pi::branchless", "--json", &file][..],
            &["compare", "pi", "--quick", "--json", &file],
        ] {
            let (message, status) = failed(command);
            assert!(status == Some(1) && message.contains("cannot write "), "{command:?}: {message}");
        }
    }
    for command in ["annotate", "profile"] {
        let (message, status) = failed(&[command, "kernels::mandelbrot::naive", "--out", &kept]);
        assert!(status == Some(1) && message.contains("cannot create the folder"), "{command}: {message}");
    }
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "kept");
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_measured_is_kept_when_it_cannot_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("results.json");
    // The reader leaves after the first line.
    let mut command = course();
    command.args([
        "run",
        "--quick",
        "--repeat",
        "2",
        "kernels::pi::branchless",
        "kernels::particles::columns",
        "--json",
    ]);
    command.arg(&json).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut shown = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    std::io::BufRead::read_line(&mut shown, &mut first).unwrap();
    assert!(first.contains(": "), "{first}");
    drop(shown);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    let records: Vec<runner::StepRecord> = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(records[0].runs, Some(2), "{records:?}");
}

/// Mesa's drivers complain of it in words that look like ours.
#[test]
fn a_missing_screen_is_no_error_of_ours() {
    for command in [&["doctor"][..], &["machine", "--no-limits"]] {
        let mut course = course();
        for setting in ["XDG_RUNTIME_DIR", "NODEVICE_SELECT", "MESA_VK_DEVICE_SELECT", "DRI_PRIME"] {
            course.env_remove(setting);
        }
        let output = course.args(command).output().unwrap();
        assert!(output.status.success() && !output.stdout.is_empty());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!errors.contains("XDG_RUNTIME_DIR"), "{errors}");
    }
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[test]
fn a_source_that_was_changed_since_the_build_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("course");
    std::fs::copy(course().get_program(), &old).unwrap();
    let file = std::fs::File::options().write(true).open(&old).unwrap();
    let source = std::fs::metadata(crate::support::root().join("crates/kernels/src/mandelbrot.rs")).unwrap();
    file.set_modified(source.modified().unwrap() - std::time::Duration::from_secs(1)).unwrap();
    drop(file);
    let told = |arguments: &[&str]| {
        let output = std::process::Command::new(&old).args(arguments).output().unwrap();
        let text = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
        let told = text.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("note: "));
        let told: Vec<_> = told.map(str::to_owned).collect();
        assert!(told.iter().all(|line| line.contains("mandelbrot.rs has been changed since")), "{told:?}");
        told.len()
    };
    let (naive, hoisted) = ("kernels::mandelbrot::naive", "kernels::mandelbrot::hoisted");
    let out = folder.path().to_str().unwrap();
    assert_eq!(told(&["dis", naive]), 1);
    assert_eq!(told(&["dis", naive, "--count"]), 1);
    assert_eq!(told(&["annotate", naive, "--out", out]), 1);
    assert_eq!(told(&["diff", naive, hoisted, "--quick", "--repeat", "1"]), 1);
    assert_eq!(told(&["diff", naive, hoisted, "--no-race"]), 0, "only sources are shown");
    assert_eq!(told(&["profile", naive, "--quick", "--repeat", "1", "--out", out]), 1);
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
    let text = shown(&["doctor", "--details"]);
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
