//! Any text is an expression, or an error that says where and what was expected. The fuzz target in
//! `crates/vectorised/fuzz` calls the same function.

use proptest::prelude::*;
use vectorised::compiler::{Expression, MAX_DEPTH, MAX_LENGTH, Type, try_text};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC*") {
        try_text(&text);
    }

    #[test]
    fn any_characters_of_expressions(text in "[ab01.9 +*/%()<>=!&|^~,;jeE\n-]{0,60}") {
        try_text(&text);
    }

    #[test]
    fn any_words_of_expressions(words in prop::collection::vec(prop::sample::select(vec![
        "a", "b", "c", "2", "0.5", "1e3", "3j", "True", "+", "-", "*", "/", "%", "**", "&", "|", "^", "~", "<", "<=", "==", "(", ")", "(", ")",
        ",", ";", "=", ".real", ".imag", "where(", "sqrt(", "abs(", "sum(", "min(", "axis=", "complex(", "minimum(", "é", "\u{301}", "#", "\t",
    ]), 0..25)) {
        try_text(&words.concat());
        try_text(&words.join(" "));
    }
}

#[test]
fn deep_and_long_texts_are_refused_or_run() {
    for nested in ["(", "-", "~", "sqrt(", "a ** ", "where(a, ", "a + (", "(-", "where(a<b,a,"] {
        let text = nested.repeat(20_000);
        let error = Expression::parse(&text).unwrap_err();
        assert!(error.to_string().contains("deep"), "{nested}: {error}");
        try_text(&text);
        let within = format!("{}a{}", "(".repeat(MAX_DEPTH / 2), ")".repeat(MAX_DEPTH / 2));
        try_text(&within);
    }
    for long in ["a + ", "a * b - ", "2 * -", "a = a * 2; ", "a, ", "b = (a + 1) * b; "] {
        try_text(&format!("{}a", long.repeat(20_000)));
    }
    // Each name is used twice by the next: a tree of it would have 2 to the 1000 leaves.
    try_text(&format!("a = x; {}a", "a = sqrt(a) + a / 3; ".repeat(1000)));
    let error = Expression::parse(&"a".repeat(MAX_LENGTH + 1)).unwrap_err();
    assert!(error.to_string().contains("allowed"), "{error}");
    // More values at once than there may be registers.
    let many: String = (0..2000).map(|index| format!("t{index} = x + {index}; ")).collect();
    let all: Vec<_> = (0..2000).rev().map(|index| format!("t{index}")).collect();
    let error = Expression::parse(&format!("{many}sqrt({})", all.join(" / "))).unwrap().compile(&[("x", Type::Float)]);
    assert!(error.unwrap_err().to_string().contains("values are needed at once"));
}
