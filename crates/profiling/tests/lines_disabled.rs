//! Without the feature `enabled` the attributes leave no trace: `cargo test --no-default-features --test lines_disabled`.

#![allow(missing_docs)]

use profiling::{line_profile, lines, memory, memory_profile};

#[line_profile]
fn sum(values: &[u32]) -> u32 {
    let mut sum = 0;
    for value in values {
        sum += value;
    }
    sum
}

#[memory_profile]
fn copy(values: &[u32]) -> Vec<u32> {
    values.to_vec()
}

/// Only a function as written can be evaluated by the compiler.
#[cfg(not(feature = "enabled"))]
#[line_profile]
const fn twice(n: u32) -> u32 {
    2 * n
}

#[test]
fn the_attributes_do_what_the_feature_says() {
    let expected = usize::from(cfg!(feature = "enabled"));
    assert_eq!(sum(&copy(&[1, 2, 3])), 6);
    assert_eq!(lines::take().functions.len(), expected);
    assert_eq!(memory::take().functions.len(), expected);
    #[cfg(not(feature = "enabled"))]
    const {
        assert!(twice(2) == 4)
    };
}
