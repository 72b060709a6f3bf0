//! Any text is an expression, or an error that says where and what was expected. The fuzz target in `fuzz/` calls the same function.

use proptest::prelude::*;
use vectorised::compiler::{Array, Expression, MAX_DEPTH, MAX_LENGTH, Options, Type};

/// Reads, compiles and runs a text. Whatever it is, nothing panics, and an error is three lines with a caret in the third.
fn try_text(text: &str) {
    let wrong = |error: vectorised::compiler::CompileError| {
        let shown = error.to_string();
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines.len(), 3, "{shown}");
        assert!(lines[2].trim_start() == "^" && lines[0].starts_with(&format!("column {}: ", error.column())), "{shown}");
    };
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => return wrong(error),
    };
    let kinds = [Type::Float, Type::Int, Type::Complex, Type::Bool];
    let inputs: Vec<_> = expression.names().into_iter().zip(kinds.into_iter().cycle()).collect();
    let program = match expression.compile(&inputs) {
        Ok(program) => program,
        Err(error) => return wrong(error),
    };
    assert!(program.disassemble().lines().count() >= 3);
    let (float, int, complex, bool) = ([0.5, f64::NAN], [i64::MIN, 0], [num_complex::Complex::new(1.0, -1.0); 2], [true, false]);
    let arrays: Vec<Array<'_>> = inputs
        .iter()
        .map(|(_, kind)| match kind {
            Type::Float => Array::from(&float[..]),
            Type::Int => Array::from(&int[..]),
            Type::Complex => Array::from(&complex[..]),
            Type::Bool => Array::from(&bool[..]),
        })
        .collect();
    let _ = program.run(&arrays, &Options::default());
}

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
