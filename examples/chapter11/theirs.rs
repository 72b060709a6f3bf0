//! The tutorial's times of the three interfaces, beside those of the steps here.

use runner::units::{DASH, or_dash};
use runner::{Failure, Part};

/// The interface, its precision, the tutorial's card and seconds, and the step here that does the same.
const THEIRS: [[&str; 5]; 8] = [
    ["numpy-like arrays", "float32", "9400M", "10", "arrays_single"],
    ["ElementwiseKernel", "float32", "9400M", "1.4", "elementwise_single"],
    ["SourceModule", "float32", "", DASH, "source_single"],
    ["numpy-like arrays", "float64", "GTX 480", "3.5", "arrays"],
    ["ElementwiseKernel", "float64", "GTX 480", "0.07", "elementwise"],
    ["SourceModule", "float64", "", DASH, "source"],
    ["four points a lane", "float32", "", DASH, "tiles_single"],
    ["four points a lane", "float64", "", DASH, "tiles"],
];

/// Shows the tutorial's times and the best ones of this run, portable and over CUDA.
pub(crate) fn theirs(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("The tutorial's times, and these, in seconds")?;
    let records = part.records();
    let seconds = |step: &str| {
        let found = records.iter().find(|record| record.problem == "mandelbrot" && record.step == step);
        let best = found.and_then(|record| record.best_ms);
        or_dash(best, |ms| format!("{:.*}", if ms < 100.0 { 4 } else { 2 }, ms / 1e3))
    };
    let rows = THEIRS.map(|[way, precision, card, theirs, step]| {
        let [way, precision, card, theirs] = [way, precision, card, theirs].map(str::to_owned);
        [way, precision, card, theirs, seconds(step), seconds(&format!("cuda_{step}"))]
    });
    let header = ["interface", "numbers", "their card", "theirs", "here", "here, over CUDA"];
    part.table("theirs", &header, &rows, &[0, 1, 2])?;
    if !part.quick() {
        return Ok(());
    }
    part.paragraph("Theirs is a picture of 500 x 500 points and 1000 iterations, and this is a smaller one.")
}
