//! Vector instructions, portable and by name.

use validation::Ladder;

/// The steps of this chapter, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    Vec::new()
}
