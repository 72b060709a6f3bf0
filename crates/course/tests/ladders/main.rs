//! What holds for every step of every crate.

mod ladders;
mod random;
