//! A small Python.
