//! Any text: parsed, compiled, listed and run. Nothing of it may panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vectorised::compiler::try_text;

fuzz_target!(|text: &str| try_text(text));
