//! What holds for the whole course: the command line, the book, what the compiler refuses, the machine code of the steps.

mod attributes;
mod book;
mod chapter;
mod command;
mod features;
mod listings;
mod numpy;
mod older_cpu;
mod profiling;
mod refused;
mod rooms;
mod rustc;
mod supply_chain;
mod support;
mod switched_off;
