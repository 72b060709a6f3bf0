//! Chapter 5: whole arrays, as NumPy has them.

use std::process::ExitCode;

use runner::Chapter;

fn main() -> ExitCode {
    Chapter::new(5, "Whole arrays", vectorised::arrays::ladders())
        .about("One operation for a whole array: short to write, and every operation walks through memory once more.")
        .run()
}
