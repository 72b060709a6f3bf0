//! The command line of chapters, as a newcomer meets it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::support::{chapter, course, files};
use assert_cmd::prelude::*;
use runner::{Status, StepRecord};
use tempfile::tempdir;

/// What a chapter says on standard error, and its exit status.
fn refused(arguments: &[&str]) -> (String, Option<i32>) {
    let output = chapter(1).args(arguments).output().unwrap();
    assert!(output.stdout.is_empty(), "{arguments:?} printed {}", String::from_utf8_lossy(&output.stdout));
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

#[test]
fn a_bad_argument_gets_one_line_that_says_what_is_allowed_and_nothing_is_written() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    for (arguments, told) in [
        (&["--width", "0"][..], "'--width <W>': it must be a whole number of at least 1"),
        (&["--width", "abc"], "invalid value 'abc' for '--width <W>'"),
        (&["--height", "-3"], "--height"),
        (&["--max-iterations", "5000000000"], "--max-iterations"),
        (&["--threads", "0"], "--threads"),
        (&["--threads", "abc"], "--threads"),
        (&["--repeat", "0"], "--repeat"),
        (&["--steps", "nope"], "there is no step 'nope'"),
        (&["--steps", "niave"], "did you mean mandelbrot::naive?"),
        (&["--problem", "mandelbro"], "did you mean mandelbrot?"),
        (&["--size", "3x"], "--size"),
        (&["--size", "3"], "--size needs --problem"),
        (&["--problem", "pi", "--width", "3"], "pi has no width; it takes --size CHUNKSxSAMPLES"),
        (&["--problem", "distance", "--size", "3x4"], "distance has no second size"),
        (&["--problem", "distance", "--size", "10000000"], "of memory"),
        (&["--width", "9999999999999", "--height", "9999999999999"], "address space"),
        (&["--widht", "3"], "a similar argument exists: '--width'"),
        (&["naive"], "unexpected argument 'naive'"),
        (&["--problem", "mandelbrot", "--size", "3x4", "--width", "7"], "cannot be used with '--width <W>'"),
        (&["--steps", "particles::columns", "--width", "7"], "--width is a size of mandelbrot"),
        (&["--steps", "qqq"], "`cargo course list` shows all"),
    ] {
        let (message, status) = refused(&[arguments, &["--out", out]].concat());
        assert_eq!(status, Some(2), "{arguments:?}: {message}");
        assert!(message.lines().count() == 1 && message.len() < 500, "{arguments:?}: {message}");
        assert!(message.starts_with("error: ") && message.contains(told), "{arguments:?}: {message}");
    }
    assert!(files(folder.path()).is_empty(), "a refused command wrote something");
}

#[test]
fn files_that_cannot_be_written_are_refused_before_the_work_begins() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "untouched").unwrap();
    let below = file.join("out");
    let (message, status) = refused(&["--out", below.to_str().unwrap()]);
    assert_eq!((status, message.lines().count()), (Some(1), 1), "{message}");
    assert!(message.contains("cannot create the folder") && message.contains("Not a directory"), "{message}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "untouched");

    let out = folder.path().join("out");
    let nowhere = folder.path().join("missing/results.json");
    let long = folder.path().join("x".repeat(300));
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    for json in [&nowhere, folder.path(), &long, &file].map(|path| path.to_str().unwrap().to_owned()) {
        let (message, status) = refused(&["--quick", "--out", out.to_str().unwrap(), "--json", &json]);
        assert_eq!((status, message.lines().count()), (Some(1), 1), "{message}");
        assert!(message.contains("cannot write"), "{message}");
    }
    assert!(files(&out).is_empty());
    assert_eq!(fs::read_to_string(&file).unwrap(), "untouched");

    // What the chapter writes to its own folder, too.
    for name in ["chapter1.json", "chapter1-mandelbrot.png", "chapter1-pi.svg"] {
        fs::create_dir(out.join(name)).unwrap();
        let (message, status) = refused(&["--quick", "--out", out.to_str().unwrap()]);
        assert!(status == Some(1) && message.contains(name) && message.contains("it is a folder"), "{message}");
        fs::remove_dir(out.join(name)).unwrap();
    }
}

#[test]
fn a_quick_run_shows_every_step_and_writes_what_it_says() {
    let folder = tempdir().unwrap();
    let (out, json) = (folder.path().join("a/b"), folder.path().join("results.json"));
    let assert = chapter(1).arg("--quick").arg("--out").arg(&out).arg("--json").arg(&json).assert().success();
    let text = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert!(assert.get_output().stderr.is_empty(), "a progress bar without a terminal");
    assert!(!text.contains('\x1b'), "colours without a terminal");
    assert!(text.contains("validation sum 38451"), "{text}");
    let wide = text.lines().filter(|line| !line.starts_with("  /") && line.chars().count() > 80);
    assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new());
    for file in text.lines().skip_while(|line| *line != "written:").skip(1) {
        let length = fs::metadata(file.trim()).unwrap().len();
        assert!(length > 100, "{file} has {length} bytes");
    }

    let records: Vec<StepRecord> = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let steps: usize = kernels::ladders().iter().map(|ladder| ladder.steps().len()).sum();
    assert_eq!(records.len(), steps);
    for record in &records {
        assert_eq!((record.chapter, record.crate_name.as_str(), record.status), (Some(1), "kernels", Status::Ok));
        assert!(record.best_ms <= record.median_ms && record.best_ms > Some(0.0), "{record:?}");
        assert!(record.runs >= Some(2) && record.threads == Some(1), "{record:?}");
        assert!(
            record.validation_sum.is_some() && record.speedup > Some(0.0) && !record.input.is_empty(),
            "{record:?}"
        );
        assert!(record.percent_of_limit.is_none_or(f64::is_finite), "{record:?}");
    }
    let mandelbrot: Vec<_> = records.iter().filter(|record| record.problem == "mandelbrot").collect();
    assert_eq!(mandelbrot[0].speedup, Some(1.0));
    assert!(mandelbrot.iter().all(|record| record.validation_sum.as_deref() == Some("38451")));
    let input: Vec<_> = mandelbrot[0].input.iter().map(|(name, &size)| (name.as_str(), size)).collect();
    assert_eq!(input, [("height", 100), ("max_iterations", 300), ("width", 100)]);
    let picture = image::open(out.join("chapter1-mandelbrot.png")).unwrap();
    assert_eq!((picture.width(), picture.height()), (100, 100));
}

#[test]
fn only_the_chosen_steps_run() {
    let folder = tempdir().unwrap();
    let json = folder.path().join("results.json");
    let chosen = "expanded,particles::columns,kernels::pi::branchless";
    let mut command = chapter(1);
    command.args(["--quick", "--repeat", "3", "--steps", chosen, "--out"]).arg(folder.path()).arg("--json").arg(&json);
    command.assert().success();
    let records: Vec<StepRecord> = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let names: Vec<_> = records.iter().map(|record| record.step.as_str()).collect();
    assert_eq!(names, ["expanded", "columns", "branchless"]);
    assert!(records.iter().all(|record| record.runs == Some(3)));
}

#[test]
fn a_problem_is_shown_in_the_size_that_is_asked_for() {
    let folder = tempdir().unwrap();
    let json = folder.path().join("results.json");
    let mut command = chapter(1);
    command.args(["--problem", "particles", "--size", "3x100", "--out"]).arg(folder.path()).arg("--json").arg(&json);
    command.assert().success();
    let records: Vec<StepRecord> = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert!(records.iter().all(|record| record.problem == "particles"));
    assert_eq!(records[0].validation_sum.as_deref(), Some("13781547926816553842 4574922500877596127"));
}

#[test]
fn a_closed_pipe_is_a_quiet_end_and_what_was_measured_is_kept() {
    let folder = tempdir().unwrap();
    let json = folder.path().join("results.json");
    let mut command = chapter(1);
    command.args(["--quick", "--steps", "expanded,squared,branchless", "--out"]).arg(folder.path());
    command.arg("--json").arg(&json).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The reader leaves when the first steps are measured.
    let shown = BufReader::new(child.stdout.take().unwrap());
    assert!(shown.lines().any(|line| line.unwrap().starts_with("validation sum")));
    let mut message = String::new();
    child.stderr.take().unwrap().read_to_string(&mut message).unwrap();
    assert_eq!((child.wait().unwrap().code(), message.as_str()), (Some(0), ""));
    let records: Vec<StepRecord> = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(records[..2].iter().map(|record| record.step.as_str()).collect::<Vec<_>>(), ["squared", "expanded"]);
}

/// A limit on the size of files stands for a disk that is full: the results are small, and the picture is not.
#[cfg(target_os = "linux")]
#[test]
fn a_picture_that_does_not_fit_costs_no_results() {
    let folder = tempdir().unwrap();
    let json = folder.path().join("results.json");
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"]).arg(chapter(1).get_program());
    let chosen = ["--steps", "mandelbrot::expanded,mandelbrot::squared", "--width", "300", "--height", "300"];
    command.args(chosen).args(["--max-iterations", "100", "--repeat", "1", "--out"]).arg(folder.path());
    let output = command.arg("--json").arg(&json).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), message.lines().count()), (Some(1), 1), "{message}");
    assert!(
        message.contains("cannot write") && message.contains("chapter1-mandelbrot.png: File too large"),
        "{message}"
    );
    assert!(message.contains("what was measured is in"), "{message}");
    let records: Vec<StepRecord> = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(records.len(), 2);
    assert!(!files(folder.path()).iter().any(|file| file.to_string_lossy().contains(".writing-")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_in_one_line() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let folder = tempdir().unwrap();
    let mut command = chapter(1);
    let output = command.args(["--quick", "--out"]).arg(folder.path()).stdout(full).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), message.lines().count()), (Some(1), 1), "{message}");
    assert!(message.contains("cannot write to standard output"), "{message}");
}

#[test]
fn the_help_explains_each_argument() {
    let output = chapter(1).arg("--help").assert().success().get_output().stdout.clone();
    let text = String::from_utf8(output).unwrap();
    for argument in [
        "--problem",
        "--steps",
        "--width",
        "--height",
        "--max-iterations",
        "--size",
        "--quick",
        "--threads",
        "--repeat",
        "--json",
        "--out",
        "--tips",
        "--help",
    ] {
        assert!(text.contains(argument), "{argument} is not in the help");
    }
    assert!(text.contains("[default: 500; --quick: 100]"), "{text}");
}

#[test]
fn the_tips_are_shown_with_their_ways() {
    for ignored in [&["--quick"][..], &["--problem", "pi"], &["--json", "x.json"]] {
        let (message, status) = refused(&[&["--tips"], ignored].concat());
        assert!(status == Some(2) && message.contains("'--tips' cannot be used with"), "{message}");
    }
    let output = chapter(1).arg("--tips").assert().success().get_output().stdout.clone();
    let text = String::from_utf8(output).unwrap();
    for tip in kernels::tips::TIPS {
        assert!(text.contains(tip.name) && tip.ways.iter().all(|way| text.contains(way.name)), "{text}");
    }
}

/// What a chapter needs of a cluster that runs already. Without nats-server, what is said of that is all there is to see.
#[test]
fn a_chapter_uses_engines_that_run_already_and_leaves_them() {
    let folder = tempdir().unwrap();
    let noted = format!("--folder={}", folder.path().display());
    let cluster = |command: &str| course().args(["cluster", command, &noted]).output().unwrap();
    let started = cluster("start");
    let said = String::from_utf8(started.stdout).unwrap();
    if said.is_empty() {
        let why = String::from_utf8(started.stderr).unwrap();
        let required = std::env::var("REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|word| word.trim() == "nats"), "REQUIRE demands nats: {why}");
        assert!(why.contains("`scripts/setup-cluster` installs it"), "{why}");
        return;
    }
    let url = said.split_once("--server ").unwrap().1.split(' ').next().unwrap();
    let token = folder.path().join("token");
    let told = |token: &std::path::Path| {
        let steps = ["--quick", "--steps", "balanced,shipped", "--out"].map(std::ffi::OsStr::new);
        let mut command = chapter(10);
        command.args(steps).arg(folder.path().join("out")).args(["--server", url, "--token-file"]).arg(token);
        command.output().unwrap()
    };
    let text = String::from_utf8(told(&token).stdout).unwrap();
    let wrong = folder.path().join("wrong");
    fs::write(&wrong, "word\n").unwrap();
    let refused = told(&wrong);
    let status = String::from_utf8(cluster("status").stdout).unwrap();
    let ended = cluster("stop").status.success();
    assert_eq!(text.matches(" ok").count(), 2, "{text}");
    let refusal = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.stdout.is_empty() && refusal.contains("refuses these credentials"), "{refusal}");
    assert!(status.contains("chapter10 runs, process ") && ended, "{status}");
}
