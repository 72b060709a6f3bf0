//! Dictionaries and sets: tables by hash, in Python's order.

use crate::value::Value;

/// A dictionary.
#[derive(Clone, Debug, Default)]
pub struct Dict {}

impl Dict {
    /// About how many bytes its table takes.
    pub fn bytes(&self) -> usize {
        0
    }

    /// Gives all keys and values to `waiting`.
    pub fn values_within(&self, _waiting: &mut Vec<Value>) {}
}

/// A set.
#[derive(Clone, Debug, Default)]
pub struct Set {}

impl Set {
    /// About how many bytes its table takes.
    pub fn bytes(&self) -> usize {
        0
    }

    /// Gives all elements to `waiting`.
    pub fn values_within(&self, _waiting: &mut Vec<Value>) {}
}
