//! What NumPy itself says, where the peers are installed.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use validation::mandelbrot::{Sizes, reference};
use validation::{Mandelbrot, Problem};
use vectorised::arrays::contraction::contracted;
use vectorised::arrays::tour::{GIVEN, STOPS};

use crate::support::root;

/// The interpreter that has NumPy. Without it, what is tested here has been tested against answers that are written down.
fn python() -> Option<PathBuf> {
    let python = root().join(".peers/venv/bin/python");
    if python.exists() {
        return Some(python);
    }
    let required = std::env::var("REQUIRE").is_ok_and(|required| required.contains("peers"));
    assert!(!required, "REQUIRE demands the peers, and they are not installed");
    eprintln!("NumPy is not asked: scripts/setup-peers installs it");
    None
}

#[test]
fn numpy_gives_the_answers_of_the_tour() {
    let Some(python) = python() else { return };
    let mut child = Command::new(python)
        .arg(root().join("crates/whole-course/tests/programs/numpy_tour.py"))
        .arg(GIVEN)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: Vec<_> = STOPS.iter().map(|stop| stop.numpy).collect();
    child.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the lines end with {}", output.status);
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), STOPS.len());
    for (stop, answer) in STOPS.iter().zip(answers.lines()) {
        assert_eq!(answer, stop.answer, "NumPy's answer to {}", stop.numpy);
    }
}

/// On a processor without fused multiply-add, and on one whose vector instructions NumPy does not use, its answer is the exact one.
#[test]
fn numpy_counts_as_the_contracted_loop_does_or_exactly() {
    let Some(python) = python() else { return };
    let output = Command::new(python)
        .arg(root().join("scripts/peers/numpy_peer.py"))
        .args(["--problem", "mandelbrot", "--variant", "vector", "--repeat", "1"])
        .args(["--width", "333", "--height", "222", "--max-iterations", "777"])
        .output()
        .unwrap();
    let answer = String::from_utf8(output.stdout).unwrap();
    let input = Mandelbrot::input(&Sizes { width: 333, height: 222, max_iterations: 777 }).unwrap();
    let mut exact = Mandelbrot::output(&input);
    reference(&input, &mut exact);
    let sums = [contracted(&input), exact].map(|counts| Mandelbrot::validation_sum(&counts));
    assert_ne!(sums[0], sums[1]);
    let found = sums.iter().any(|sum| answer.contains(&format!("\"check\": \"{sum}\"")));
    assert!(found, "one of {sums:?} in {answer}");
}

/// The kernels that a card would run, in Numba's simulator, which runs them as Python.
#[test]
fn the_kernels_that_numba_compiles_for_a_card_give_our_answers() {
    let Some(python) = python() else { return };
    let input = Mandelbrot::input(&Sizes { width: 67, height: 31, max_iterations: 150 }).unwrap();
    let (double, single) = (Mandelbrot::reference_sum(&input), Mandelbrot::single_reference_sum(&input).unwrap());
    assert_ne!(double, single, "a size that tells the precisions apart");
    for (variant, expected) in [("double", &double), ("single", &single), ("contracted", &double)] {
        let output = Command::new(&python)
            .arg(root().join("scripts/peers/numba_cuda_peer.py"))
            .args(["--problem", "mandelbrot", "--variant", variant, "--repeat", "1"])
            .args(["--width", "67", "--height", "31", "--max-iterations", "150"])
            .env("NUMBA_ENABLE_CUDASIM", "1")
            .output()
            .unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        assert!(answer.contains(&format!("\"check\": \"{expected}\"")), "{variant}: {expected} in {answer}");
    }
}
