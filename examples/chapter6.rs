//! Chapter 6: blocks that fit the cache, and an expression compiler.

use std::process::ExitCode;

use runner::Chapter;
use vectorised::blocks;

fn main() -> ExitCode {
    Chapter::new(6, "Blocks and an expression compiler", blocks::ladders())
        .about("An operation at a time, but on a block that stays in the nearest cache until all operations are done.")
        .run()
}
