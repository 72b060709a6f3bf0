//! A small Python.

pub mod source;
