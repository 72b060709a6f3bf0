//! The tutorial's seconds of 2011, beside those of the steps here.

use runner::units::{or_dash, times};
use runner::{Failure, Part};

/// The program, the tutorial's interpreter and its seconds on a MacBook with a Core 2 Duo of 2.0 GHz (its chapter 3.1), and the step
/// here that does the same.
const THEIRS: [(&str, &str, Option<f64>, &str); 6] = [
    ("pure_python.py", "Python 2.7", Some(49.0), "interpreted"),
    ("pure_python_2.py", "Python 2.7", Some(30.0), "dereferenced"),
    ("expanded.py", "", None, "interpreted_expanded"),
    ("pure_python.py", "PyPy 1.5", Some(8.9), "observed"),
    ("pure_python_2.py", "PyPy 1.5", Some(5.7), "observed_dereferenced"),
    ("expanded.py", "", None, "observed_expanded"),
];

/// Shows the tutorial's times and the best ones of this run, each with its speedup over the first.
pub(crate) fn theirs(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("The tutorial's seconds of 2011, and these")?;
    let records = part.records();
    let seconds = |step: &str| {
        let found = records.iter().find(|record| record.problem == "mandelbrot" && record.step == step);
        found.and_then(|record| record.best_ms).map(|ms| ms / 1e3)
    };
    let (their_first, first) = (THEIRS[0].2, seconds(THEIRS[0].3));
    let speedup = |first: Option<f64>, time: Option<f64>| or_dash(first.zip(time), |(first, time)| times(first / time));
    let rows = THEIRS.map(|(program, tool, theirs, step)| {
        let here = seconds(step);
        [
            program.to_owned(),
            tool.to_owned(),
            or_dash(theirs, |seconds| seconds.to_string()),
            speedup(their_first, theirs),
            step.to_owned(),
            or_dash(here, |seconds| format!("{seconds:.3}")),
            speedup(first.filter(|_| !part.quick()), here),
        ]
    });
    let header = ["program", "theirs", "s", "faster", "here", "s", "faster"];
    part.table("theirs", &header, &rows, &[0, 1, 4])?;
    if !part.quick() {
        return Ok(());
    }
    part.paragraph("Theirs is a picture of 500 x 500 points and 1000 iterations, and this is a smaller one.")
}
