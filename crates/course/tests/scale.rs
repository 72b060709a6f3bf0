//! What `cargo course scale` measures, shows, keeps and refuses, at sizes that take no time.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The command with a folder for what it writes.
fn scale(arguments: &[&str], out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
    command.arg("scale").args(arguments).arg("--out").arg(out);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What the command shows, and what it keeps of each measurement.
fn measured(arguments: &[&str]) -> (String, Vec<Value>) {
    let folder = tempfile::tempdir().expect("a folder");
    let output = scale(arguments, folder.path()).output().expect("the command starts");
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    (text(&output.stdout), kept(&folder.path().join(format!("scale-{}.json", arguments[0]))))
}

fn kept(file: &Path) -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(file).expect("the results")).expect("a list")
}

fn refused(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let Output { status, stderr, .. } = scale(arguments, folder.path()).output().expect("the command starts");
    let message = text(&stderr);
    assert_eq!((status.code(), message.lines().count()), (Some(2), 1), "{arguments:?}: {message}");
    message
}

#[test]
fn each_step_is_measured_at_each_size_and_every_number_is_kept() {
    let steps = "kernels::expression::zipped,vectorised::simd::expression::packed";
    let (shown, points) = measured(&["expression", "--sizes", "20,40,80", "--steps", steps, "--rounds", "2"]);
    assert_eq!(points.len(), 6, "{shown}");
    for (index, point) in points.iter().enumerate() {
        let side = [20, 40, 80][index / 2];
        assert_eq!((&point["size"], &point["elements"]), (&side.to_string().into(), &(side * side).into()));
        // Counted, not timed: the same for an element at each size.
        assert_eq!((&point["bytes_an_element"], &point["operations_an_element"]), (&24.0.into(), &4.0.into()));
        assert_eq!((&point["status"], &point["reason"], &point["runs"]), (&"ok".into(), &Value::Null, &2.into()));
        for number in ["best_ms", "median_ms", "ns_an_element", "gbytes_per_s"] {
            assert!(point[number].as_f64().is_some_and(|number| number > 0.0), "{number}: {point}");
        }
        assert!(point["exponent"].is_f64(), "{point}");
        let peak = point["peak_bytes"].as_u64();
        assert!(!cfg!(target_os = "linux") || peak.is_some_and(|peak| peak > 3 * 8 * side * side), "{point}");
    }
    for expected in ["kernels zipped", "vectorised packed", "bytes/element", "peak", "an element of the result"] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert!(shown.contains("kernels zipped: the time grows as the elements to the power of "), "{shown}");
    assert!(shown.contains("scale-expression.svg") && shown.contains("scale-expression.json"), "{shown}");
}

#[test]
fn the_last_exact_step_of_each_ladder_is_the_best() {
    let (shown, points) = measured(&["distance", "--sizes", "8,16", "--rounds", "1"]);
    let names: Vec<_> = points.iter().filter_map(|point| point["name"].as_str()).collect();
    for expected in ["kernels rows", "vectorised row_by_row", "vectorised compiled"] {
        assert_eq!(names.iter().filter(|name| **name == expected).count(), 2, "{expected}: {shown}");
    }
    // Where the last step needs instructions that are not there, the one before it is taken.
    let threaded: Vec<_> = names.iter().filter(|name| name.starts_with("threaded ")).collect();
    assert_eq!(threaded.len(), 2, "{shown}");
    assert!(["threaded streamed", "threaded parallel"].contains(threaded[0]) && threaded[0] == threaded[1], "{shown}");
    assert!(!names.iter().any(|name| name.starts_with("gpu") || name.contains("_threads")), "{names:?}");
}

#[test]
fn a_peer_is_measured_or_said_to_be_missing_with_what_installs_it() {
    let arguments = ["pi", "--sizes", "3x100,3x1000", "--steps", "kernels::pi::branchless", "--peers", "g++"];
    let (shown, points) = measured(&arguments);
    let peers: Vec<_> = points.iter().filter(|point| point["name"] == "g++ branchless").collect();
    assert!(!peers.is_empty(), "{shown}");
    for peer in peers {
        let installs = peer["reason"].as_str().is_some_and(|why| why.contains("scripts/setup-peers installs it"));
        assert!(installs || peer["status"] == "ok", "{peer}");
    }
    assert!(points.iter().any(|point| point["name"] == "kernels branchless" && point["size"] == "3x1000"), "{shown}");
}

#[test]
fn wrong_arguments_get_one_line() {
    assert!(refused(&["expresion"]).contains("did you mean expression?"));
    assert!(refused(&["pi", "--steps", "branchles"]).contains("pi::branchless"));
    assert!(refused(&["pi", "--peers", "fortran"]).contains("there is no peer of pi without a device 'fortran'"));
    assert!(refused(&["mandelbrot", "--steps", "fused"]).contains("is not exact"));
    assert!(refused(&["distance", "--sizes", "3x4"]).contains("--size POINTS"));
    for size in ["0", "x", "3,", "-1"] {
        let size = format!("--sizes={size}");
        assert!(refused(&["expression", &size]).contains("at least 1"), "{size}");
    }
    for flag in ["--rounds", "--seconds", "--threads"] {
        assert!(refused(&["expression", flag, "0"]).contains(flag));
    }
}

/// With little memory, as `ulimit` allows it, a size is left out before anything is allocated, and the others are measured.
#[test]
#[cfg(target_os = "linux")]
fn a_size_that_does_not_fit_the_memory_is_left_out_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let steps = "kernels::expression::zipped";
    let command = scale(&["expression", "--sizes", "20,30000", "--steps", steps, "--rounds", "1"], folder.path());
    let output = Command::new("sh")
        .args(["-c", "ulimit -v 4194304 && exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args())
        .output()
        .expect("a shell");
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(shown.contains("everybody at 30000: left out: this size needs"), "{shown}");
    let points = kept(&folder.path().join("scale-expression.json"));
    let sizes: Vec<_> = points.iter().map(|point| (point["size"].as_str(), point["best_ms"].is_f64())).collect();
    assert_eq!(sizes, [(Some("20"), true), (Some("30000"), false)]);
}

/// A size of which the runs would take too long, going by the size before it.
#[test]
fn a_size_that_would_take_too_long_is_left_out_and_named() {
    let steps = "kernels::pi::branchless";
    // Three hundred runs of thirty million samples take more than a second on any processor.
    let sizes = "10x100,10x3000000";
    let (shown, points) = measured(&["pi", "--sizes", sizes, "--steps", steps, "--rounds", "300", "--seconds", "1"]);
    assert!(shown.contains("kernels branchless at 10x3000000: left out: its runs would take about"), "{shown}");
    assert_eq!((points.len(), &points[1]["status"]), (2, &"unavailable".into()));
}

/// Ctrl-C ends it after the run at hand; what was measured before is shown and kept.
#[test]
#[cfg(unix)]
fn what_was_measured_is_kept_when_the_user_interrupts() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("scale-pi.json");
    let sizes: Vec<_> = (0..20).map(|more| format!("10x{}", if more == 0 { 10 } else { 100_000 + more })).collect();
    let mut child = scale(
        &["pi", "--sizes", &sizes.join(","), "--steps", "kernels::pi::branchless", "--rounds", "40"],
        folder.path(),
    );
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    let begun = Instant::now();
    while !file.is_file() {
        assert!(begun.elapsed() < Duration::from_secs(120), "nothing was measured");
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    let output = child.wait_with_output().expect("it ends");
    let (shown, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("interrupted; what was measured is in "), "{said}");
    assert!(shown.contains("kernels branch") && shown.contains("10x10 "), "{shown}");
    let points = kept(&file);
    assert!(!points.is_empty() && points.len() < sizes.len(), "{points:?}");
}
