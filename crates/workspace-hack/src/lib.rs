//! Holds no code: its manifest gives the dependencies that all programs share one set of features.
