//! What cannot be counted is refused with a message that says what to do.

#[test]
fn what_cannot_be_counted_is_refused() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
