//! Tests of built-in functions and methods.
