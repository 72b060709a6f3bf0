//! What the attribute refuses, and what it says then.
#![cfg(feature = "enabled")]

#[test]
fn what_cannot_be_timed_is_refused_with_a_reason() {
    trybuild::TestCases::new().compile_fail("tests/functions_compile/*.rs");
}
