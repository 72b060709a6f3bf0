//! What is shown of two texts, and what counts as a change.

use super::*;

const PLAIN: Style = Style { colour: false };
const COLOUR: Style = Style { colour: true };

const NAIVE: &str = "\
/// Indexed.
pub fn naive(input: &Input, counts: &mut Output) {
    let mut z = vec![0.0; input.len()];
    for i in 0..input.len() {
        for iteration in 0..input.max_iterations {
            z[i] = z[i] * z[i] + q[i];
            if z[i].norm() > 2.0 {
                counts[i] = iteration;
            }
        }
    }
}";

const HOISTED: &str = "\
/// Read once.
///
/// Mirrors another program.
pub fn hoisted(input: &Input, counts: &mut Output) {
    let z = vec![0.0; input.len()];
    for i in 0..input.len() {
        // Once for each point.
        let mut zi = z[i];

        for iteration in 0..input.max_iterations {
            zi = zi * zi + q[i];
            if zi.norm() > 2.0 {
                counts[i] = iteration; // and no more
            }
        }
    }
}";

fn naive() -> Side {
    Side::new("kernels::mandelbrot::naive", "crates/kernels/src/mandelbrot.rs:98", NAIVE, 98)
}

fn hoisted() -> Side {
    Side::new("kernels::mandelbrot::hoisted", "crates/kernels/src/mandelbrot.rs:7", HOISTED, 7)
}

fn side(text: &str) -> Side {
    Side::new("title", "subtitle", text, 1)
}

/// The words that are shown inverted.
fn highlighted(shown: &str) -> Vec<&str> {
    let pieces = shown.split("\u{1b}[7m").skip(1);
    // The code of the colour comes before the word, and one more behind it.
    pieces.filter_map(|piece| piece.split_once('m')?.1.split('\u{1b}').next()).collect()
}

#[test]
fn a_hoisted_load_changes_four_lines() {
    // `let mut z`, the new `let mut zi`, the sum and the test.
    assert_eq!(changed_lines(NAIVE, HOISTED), 4);
    assert_eq!(changed_lines(HOISTED, NAIVE), 4);
}

#[test]
fn a_change_counts_the_longer_of_its_sides() {
    let body = |lines: &str| format!("fn step() {{\n    begin();\n{lines}\n    end();\n}}");
    let changed = |a: &str, b: &str| changed_lines(&body(a), &body(b));
    assert_eq!(changed("a();", "a();"), 0);
    assert_eq!(changed("a();", "b();"), 1);
    assert_eq!(changed("a();", "b();\nc();\nd();"), 3);
    assert_eq!(changed("a();\nb();\nc();", "d();"), 3);
    assert_eq!(changed("a();", ""), 1);
    assert_eq!(changed("a();\nkept();\nb();", "kept();\nc();"), 2);
    assert_eq!(changed_lines("", "fn a() {\n}"), 2);
    assert_eq!(changed_lines("", ""), 0);
}

#[test]
fn comments_blanks_and_layout_are_no_change() {
    let bare = "fn step(x: f64) -> f64 {\n    x+x*\"// a  b\".len() as f64\n}";
    let dressed = "\
//! A file.

/** Doubles. */
fn step( x: f64 ) -> f64 { // in place
    //! Within.
    /* Several
       lines. */
            x + x * \"// a  b\".len() as f64

}
// The end.
";
    assert_eq!(changed_lines(bare, dressed), 0);
    assert_eq!(changed_lines(bare, &bare.replace("// a  b", "// a b")), 1);
    assert_eq!(changed_lines(bare, &bare.replace('\n', "\r\n")), 0);
}

#[test]
fn attributes_are_code() {
    assert_eq!(changed_lines("fn step() {}", "/// Documented.\n#[inline(never)]\nfn step() {}"), 1);
    assert_eq!(changed_lines("fn step() {}", "#[doc(hidden)]\nfn step() {}"), 1);
}

#[test]
fn a_loop_around_some_lines_changes_none_of_them() {
    let flat = "fn step() {\n    a();\n    b();\n}";
    let looped = "fn step() {\n    for _ in 0..2 {\n        a();\n        b();\n    }\n}";
    assert_eq!(changed_lines(flat, looped), 2);
}

#[test]
fn the_name_of_the_step_is_no_change_but_every_other_name_is() {
    assert_eq!(changed_lines("pub fn a(x: u32) {\n    x\n}", "pub fn b(x: u32) {\n    x\n}"), 0);
    assert_eq!(changed_lines("pub fn a(x: u32) {\n    x\n}", "pub fn b(y: u32) {\n    y\n}"), 2);
    let with_inner = |inner: &str| format!("fn a() {{\n    fn {inner}() {{}}\n    {inner}();\n}}");
    assert_eq!(changed_lines(&with_inner("b"), &with_inner("c")), 2);
    let prepared = |step: &str, method: &str| {
        format!("struct S;\n\nfn {step}() {{}}\n\nimpl S {{\n    fn {method}(run: fn(u32)) {{}}\n}}")
    };
    assert_eq!(changed_lines(&prepared("a", "run"), &prepared("b", "run")), 0);
    assert_eq!(changed_lines(&prepared("a", "run"), &prepared("b", "walk")), 1);
    assert_eq!(changed_lines("fn a() {}\nfn b() {}", "fn a() {}\nfn c() {}"), 1);
}

#[test]
fn strings_over_several_lines_count_line_by_line() {
    let text = |middle: &str| format!("fn a() -> &'static str {{\n    \"one\n{middle}\nthree\"\n}}");
    assert_eq!(changed_lines(&text("two"), &text("// two")), 1);
}

#[test]
fn what_is_no_rust_is_compared_by_its_lines() {
    assert_eq!(changed_lines("for (\n  a\n\n// b\n", "for (\n    a\nc"), 1);
}

#[test]
fn unified_shows_marks_numbers_and_underlined_words() {
    let expected = "\
--- kernels::mandelbrot::naive  crates/kernels/src/mandelbrot.rs:98
+++ kernels::mandelbrot::hoisted  crates/kernels/src/mandelbrot.rs:7
 98    - /// Indexed.
 99    - pub fn naive(input: &Input, counts: &mut Output) {
                ^^^^^
100    -     let mut z = vec![0.0; input.len()];
                 ^^^
     7 + /// Read once.
     8 + ///
     9 + /// Mirrors another program.
    10 + pub fn hoisted(input: &Input, counts: &mut Output) {
                ^^^^^^^
    11 +     let z = vec![0.0; input.len()];
101 12       for i in 0..input.len() {
    13 +         // Once for each point.
    14 +         let mut zi = z[i];
    15 +
102 16           for iteration in 0..input.max_iterations {
103    -             z[i] = z[i] * z[i] + q[i];
104    -             if z[i].norm() > 2.0 {
                        ^^^^
105    -                 counts[i] = iteration;
    17 +             zi = zi * zi + q[i];
    18 +             if zi.norm() > 2.0 {
                        ^^
    19 +                 counts[i] = iteration; // and no more
                                                ^^ ^^^ ^^ ^^^^
106 20               }
107 21           }
108 22       }
109 23   }
";
    assert_eq!(unified(&naive(), &hoisted(), PLAIN), expected);
}

#[test]
fn unified_shows_a_line_that_moved_right_as_in_the_second_text() {
    let shown = unified(&side("{\na();\n}"), &side("{\nloop {\n    a();\n}\n}"), PLAIN);
    let lines: Vec<&str> = shown.lines().skip(2).collect();
    assert_eq!(lines, ["1 1   {", "  2 + loop {", "2 3       a();", "3 4   }", "  5 + }"]);
}

#[test]
fn side_by_side_sets_changed_removed_and_added_rows_beside_each_other() {
    let a = "fn step() {\n    let a = one(1);\n    gone();\n    kept();\n}";
    let b = "fn step() {\n    let a = two(1);\n    kept();\n    come();\n}";
    let shown = side_by_side(&side(a), &side(b), 80, PLAIN);
    let lines: Vec<&str> = shown.lines().collect();
    let row = |left: &str, mark: &str, right: &str| format!("{left:<38} {mark} {right}").trim_end().to_owned();
    let rule = "─".repeat(38);
    assert_eq!(
        lines,
        [
            row("title", " ", "title"),
            row("subtitle", " ", "subtitle"),
            format!("{rule}   {rule}"),
            row("1 fn step() {", " ", "1 fn step() {"),
            row("2     let a = one(1);", "|", "2     let a = two(1);"),
            row("3     gone();", "<", ""),
            row("4     kept();", " ", "3     kept();"),
            row("", ">", "4     come();"),
            row("5 }", " ", "5 }"),
        ]
    );
}

#[test]
fn lines_that_resemble_each_other_are_set_beside_each_other() {
    let a = "first(1, 2);\nlet norm = (x * x + y * y).sqrt();";
    let b = "let norm = (a * a + b * b).sqrt();\nother[7] = 5;\nlast = \"\";";
    let shown = side_by_side(&side(a), &side(b), 100, PLAIN);
    let rows: Vec<String> =
        shown.lines().skip(3).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        rows,
        [
            "1 first(1, 2); <",
            "2 let norm = (x * x + y * y).sqrt(); | 1 let norm = (a * a + b * b).sqrt();",
            "> 2 other[7] = 5;",
            "> 3 last = \"\";",
        ]
    );
}

#[test]
fn side_by_side_is_never_wider_than_asked_and_loses_nothing() {
    let long = "    let answer = some::very::long::path::to_a_function(with, many, arguments, and, äöü, more);";
    let solid = "x".repeat(500);
    let texts = [NAIVE.to_owned(), HOISTED.to_owned(), format!("{long}\n{solid}\n\t\tb\n\n"), String::new()];
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
        for width in (0..=240).step_by(7) {
            let (a, b) = (Side::new(&solid, "where", a, 9), Side::new("what", long, b, 12_345));
            let shown = side_by_side(&a, &b, width, PLAIN);
            let limit = width.clamp(80, 200);
            assert!(shown.lines().all(|line| line.chars().count() <= limit), "{width}\n{shown}");
            assert!(!shown.contains(['\t', '\u{1b}']));
            let column = (limit - a.number_width() - b.number_width() - 5) / 2;
            let [left, right] = columns(&shown, a.number_width(), b.number_width(), column);
            assert_eq!((letters(&left), letters(&right)), (letters(&a.text), letters(&b.text)));
        }
    }
}

/// The texts of the two columns below the rule, without numbers and marks.
fn columns(shown: &str, left_number: usize, right_number: usize, column: usize) -> [String; 2] {
    let rows = || shown.lines().skip_while(|line| !line.starts_with('─')).skip(1);
    let part = |skip: usize, take: usize| rows().flat_map(|row| row.chars().skip(skip).take(take)).collect();
    [part(left_number + 1, column), part(left_number + 1 + column + 3 + right_number + 1, column)]
}

#[test]
fn long_lines_go_on_below_marked_where_the_number_would_stand() {
    let long = "    let sum = first_addend_of_a_sum + second_addend_of_it;";
    let shown = side_by_side(&side(long), &side(""), 80, PLAIN);
    let rows: Vec<&str> = shown.lines().skip(3).collect();
    let mark = |text: &str| format!("{text:<38} <");
    assert_eq!(rows, [mark("1     let sum = first_addend_of_a_sum"), mark("↳         + second_addend_of_it;")]);
}

#[test]
fn lines_outside_the_file_have_no_number() {
    let text = Side { lines: vec![Some(8), None, Some(12)], ..side("a();\n\nb();") };
    let shown = unified(&text, &text, PLAIN);
    assert_eq!(shown.lines().skip(2).collect::<Vec<_>>(), [" 8  8   a();", "", "12 12   b();"]);
}

#[test]
fn without_colours_there_are_no_codes() {
    assert!(!unified(&naive(), &hoisted(), PLAIN).contains('\u{1b}'));
    assert!(!side_by_side(&naive(), &hoisted(), 120, PLAIN).contains('\u{1b}'));
}

#[test]
fn colours_change_nothing_but_colours() {
    let without_codes = |shown: &str| {
        let mut pieces = shown.split('\u{1b}');
        let first = pieces.next().unwrap_or_default().to_owned();
        let text = pieces.fold(first, |text, piece| text + piece.split_once('m').map_or("", |(_, text)| text));
        text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>()
    };
    let plain = side_by_side(&naive(), &hoisted(), 100, PLAIN);
    assert_eq!(without_codes(&side_by_side(&naive(), &hoisted(), 100, COLOUR)), plain.lines().collect::<Vec<_>>());
    let plain = unified(&naive(), &hoisted(), PLAIN);
    let plain: Vec<&str> = plain.lines().filter(|line| !line.contains('^')).collect();
    assert_eq!(without_codes(&unified(&naive(), &hoisted(), COLOUR)), plain);
}

#[test]
fn only_the_words_that_changed_are_highlighted() {
    let (a, b) = (side("    kept();\n    let mut z = f(a, 1);"), side("    kept();\n    let z = f(b, 1);"));
    for shown in [unified(&a, &b, COLOUR), side_by_side(&a, &b, 100, COLOUR)] {
        assert_eq!(highlighted(&shown), ["mut", "a", "b"]);
    }
}

#[test]
fn where_most_has_changed_nothing_is_highlighted() {
    let shown = unified(&side("let a = first();"), &side("for row in rows {"), COLOUR);
    assert!(highlighted(&shown).is_empty());
    assert_eq!(changed_words("a.b", "c.d"), (unmarked("a.b"), unmarked("c.d")));
}

#[test]
fn equal_texts_have_no_marks() {
    let shown = side_by_side(&naive(), &naive(), 200, PLAIN);
    assert!(!shown.lines().any(|line| line.contains(" | ") || line.contains(" < ") || line.ends_with(" <")));
    let shown = unified(&side("a\nb"), &side("a\nb"), PLAIN);
    assert_eq!(shown.lines().skip(2).collect::<Vec<_>>(), ["1 1   a", "2 2   b"]);
}

#[test]
fn whole_files_can_be_large() {
    let file = |word: &str| (0..1500).map(|line| format!("    {word}({line}, {});\n", line % 7)).collect::<String>();
    let shown = side_by_side(&side(&file("one")), &side(&file("two")), 120, PLAIN);
    assert_eq!(shown.lines().count(), 1500 + 3);
}

#[test]
fn the_width_of_the_terminal_stays_within_reason() {
    assert!((80..=200).contains(&terminal_width()));
}
