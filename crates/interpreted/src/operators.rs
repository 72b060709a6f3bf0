//! What Python's operators mean, for every pair of types.

mod equality;
mod reals;

pub use equality::{TooDeep, equal, equal_within_limit};
