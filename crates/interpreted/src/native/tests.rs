//! Loops of hand-made bytecode, compiled and run.
