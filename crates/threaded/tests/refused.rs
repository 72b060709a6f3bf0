//! What C compiles and races on, and Rust refuses. The compiler's words are part of the test, and of the book.

#[test]
fn what_would_race_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
