//! What holds for the whole course: the command line, every ladder, the book.

mod book;
mod chapter;
mod command;
mod ladders;
mod random;
mod simd;
mod support;
