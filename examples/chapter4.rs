//! Chapter 4: the price of a dynamic language.

mod chapter4 {
    pub(crate) mod bytecode;
    pub(crate) mod counts;
    pub(crate) mod machine_code;
    pub(crate) mod picture;
    pub(crate) mod squares;
    pub(crate) mod theirs;
    pub(crate) mod threads;
}

use std::process::ExitCode;

use chapter4::bytecode::bytecode;
use chapter4::counts::{functions, lines};
use chapter4::machine_code::{machine_code, surprises};
use chapter4::squares::squares;
use chapter4::theirs::theirs;
use chapter4::threads::threads;
use runner::Chapter;

fn main() -> ExitCode {
    Chapter::new(4, "The price of a dynamic language", interpreted::ladders())
        .about(
            "The tutorials' programs as files of Python: executed instruction by instruction, then compiled while they \
             run, for the types that are seen.",
        )
        .part(Some("mandelbrot"), theirs)
        .part(Some("mandelbrot"), bytecode)
        .part(Some("mandelbrot"), lines)
        .part(Some("mandelbrot"), functions)
        .part(Some("mandelbrot"), machine_code)
        .part(Some("mandelbrot"), squares)
        .part(Some("mandelbrot"), threads)
        .part(None, surprises)
        .run()
}
