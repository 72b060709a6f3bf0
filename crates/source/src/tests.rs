//! What is cut out of a source, and what is told where nothing can be.

use std::fs;

use super::*;

/// A workspace with one file.
fn workspace(source: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary directory");
    fs::write(root.path().join("lib.rs"), source).expect("a file in it");
    root
}

fn cut_from(source: &str, function: &str) -> Cut {
    Sources::new(workspace(source).path()).cut("lib.rs", function).unwrap_or_else(|error| panic!("{error}"))
}

fn error_from(source: &str, function: &str) -> String {
    Sources::new(workspace(source).path()).cut("lib.rs", function).expect_err("no such function").to_string()
}

fn line_from(source: &str, function: &str) -> Option<usize> {
    Sources::new(workspace(source).path()).line_of("lib.rs", function)
}

fn attributed_from(source: &str, chosen: impl Fn(usize) -> bool) -> Result<String, SourceError> {
    Sources::new(workspace(source).path()).attributed("lib.rs", "#[x] ", chosen)
}

#[test]
fn a_file_is_read_and_parsed_once_whatever_is_asked_of_it() {
    let root = workspace("fn a() {}\nfn b() {}\n");
    let mut sources = Sources::new(root.path());
    assert_eq!(sources.cut("lib.rs", "a").expect("it is there").text, "fn a() {}");
    fs::remove_file(root.path().join("lib.rs")).expect("the file");
    assert_eq!(sources.line_of("lib.rs", "b"), Some(2));
    let all = sources.attributed("lib.rs", "#[x] ", |_| true);
    assert_eq!(all.as_deref(), Ok("#[x] fn a() {}\n#[x] fn b() {}\n"));
    assert_eq!(sources.parses(), 1);
}

#[test]
fn a_function_is_cut_from_its_doc_comment_to_its_brace() {
    let source = "\
use std::fmt;

/// Adds.
///
/// Mirrors nothing.
#[inline(never)]
pub fn add(
    a: u32, // left
    b: u32,
) -> u32 {
    // Why not.
    a + b
} // after the end

fn other() {}
";
    let cut = cut_from(source, "add");
    let code = "\
#[inline(never)]
pub fn add(
    a: u32, // left
    b: u32,
) -> u32 {
    // Why not.
    a + b
}";
    assert_eq!(cut.file, Path::new("lib.rs"));
    assert_eq!((cut.first_line, cut.last_line), (3, 13));
    assert_eq!(cut.text, format!("/// Adds.\n///\n/// Mirrors nothing.\n{code}"));
    assert_eq!(cut.text_lines, (3..=13).map(Some).collect::<Vec<_>>());
    assert_eq!(cut.code, code);
    assert_eq!(cut.code_lines, (6..=13).map(Some).collect::<Vec<_>>());
    assert_eq!(line_from(source, "add"), Some(7));
}

#[test]
fn generics_and_braces_in_strings_and_comments_do_not_end_a_function() {
    let text = "\
pub fn show<T: AsRef<[u8]>, const N: usize>(of: [T; N]) -> String
where
    T: Copy,
{
    let open = \"}\\\" {{\"; // }
    let raw = r#\"} \"{ \"#; /* } */
    let c = '}';
    format!(\"{open}{raw}{c}{}\", of.len())
}";
    assert_eq!(cut_from(&format!("{text}\n\nfn after() {{}}\n"), "show").text, text);
}

#[test]
fn an_inner_function_goes_with_its_outer_one_and_is_not_found_by_itself() {
    let text = "\
fn outer() -> u32 {
    /// Within.
    fn inner() -> u32 {
        1
    }
    inner()
}";
    let cut = cut_from(text, "outer");
    assert_eq!(cut.text, text);
    assert_eq!(cut.code, text.replace("    /// Within.\n", ""));
    assert_eq!(cut.code_lines, [Some(1), Some(3), Some(4), Some(5), Some(6), Some(7)]);
    assert_eq!(error_from(text, "inner"), "lib.rs has no function `inner`");
}

#[test]
fn every_form_of_doc_comment_is_left_out_of_the_code() {
    let source = "\
/** One
    of several lines. */
#[doc = \"Another.\"]
#[doc(hidden)]

fn documented() {
    //! Within.
    // A remark stays.
    work(\"/// no comment\");
}
";
    let code = "\
#[doc(hidden)]

fn documented() {
    // A remark stays.
    work(\"/// no comment\");
}";
    assert_eq!(cut_from(source, "documented").code, code);
}

#[test]
fn a_function_of_a_module_is_moved_to_the_left_edge() {
    let source = "\
mod a {
    mod b {
        /// Deep.
        fn deep() -> &'static str {
            if true {
                \"first
  second\"
            }
        }
    }
}
";
    let text = "\
/// Deep.
fn deep() -> &'static str {
    if true {
        \"first
second\"
    }
}";
    let cut = cut_from(source, "deep");
    assert_eq!(cut.text, text);
    assert_eq!((cut.first_line, cut.last_line), (3, 9));
}

#[test]
fn the_outermost_function_of_a_name_is_taken() {
    let source = "mod inner {\n    pub fn step() -> u32 { 1 }\n}\n\nfn step() -> u32 { 2 }\n";
    assert_eq!(cut_from(source, "step").text, "fn step() -> u32 { 2 }");
    let beside = "mod inner { fn step() { 1 } } fn after() {}";
    assert_eq!(cut_from(beside, "step").text, "fn step() { 1 }");
}

#[test]
fn functions_that_only_tests_have_are_not_taken() {
    for condition in ["test", "all(test, unix)", "any(test, all(unix, test))"] {
        let source = format!("#[cfg({condition})]\nmod tests {{\n    fn step() {{}}\n}}\n");
        assert_eq!(error_from(&source, "step"), "lib.rs has no function `step`", "{condition}");
        assert_eq!(
            error_from(&format!("#[cfg({condition})]\nfn step() {{}}\n"), "step"),
            "lib.rs has no function `step`"
        );
    }
    for condition in ["not(test)", "any(test, unix)", "feature = \"test\"", "all(unix, not(test))"] {
        let source = format!("#[cfg({condition})]\nmod steps {{\n    fn step() {{}}\n}}\n");
        assert_eq!(cut_from(&source, "step").text, "fn step() {}", "{condition}");
    }
}

#[test]
fn anchors_are_dropped_and_the_lines_keep_their_numbers() {
    let source = "\
// ANCHOR: all
/// Adds.
// ANCHOR: add
fn add(a: u32) -> u32 {
    //ANCHOR: sum
    a + a // ANCHOR: is only a mark by itself
    // ANCHOR_END: sum
}
// ANCHOR_END: add
";
    let cut = cut_from(source, "add");
    let code = "fn add(a: u32) -> u32 {\n    a + a // ANCHOR: is only a mark by itself\n}";
    assert_eq!(cut.text, format!("/// Adds.\n{code}"));
    assert_eq!(cut.text_lines, [Some(2), Some(4), Some(6), Some(8)]);
    assert_eq!(cut.code, code);
    assert_eq!(cut.code_lines, [Some(4), Some(6), Some(8)]);
    assert_eq!((cut.first_line, cut.last_line), (2, 8));
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let source = "/// Adds.\nfn add(a: u32) -> u32 {\n    a + a\n}\n\nfn after() {}\n";
    let windows = format!("\u{feff}{}", source.replace('\n', "\r\n"));
    assert_eq!(cut_from(&windows, "add"), cut_from(source, "add"));
    assert!(!cut_from(&windows, "add").text.contains('\r'));
}

#[test]
fn columns_are_counted_in_characters() {
    let source = "/* äöü */ /// Grüße\nfn umlaut() { \"ß\"; } // ü\n";
    assert_eq!(cut_from(source, "umlaut").code, "fn umlaut() { \"ß\"; }");
}

const PREPARED: &str = "\
/// Rows in blocks.
struct Blocks<'a> {
    /// How many.
    rows: &'a [usize],
}

struct Helper;

impl Helper {
    fn new() -> Self {
        Helper
    }
}

impl<'a> Blocks<'a> {
    fn new(rows: &'a [usize]) -> Self {
        Self { rows }
    }
}

/// In blocks.
pub fn blocked(input: &Input, _: &Settings) -> Result<Box<dyn Prepared<Mandelbrot>>, StepError> {
    let helper = Helper::new();
    Ok(Box::new(Blocks::new(helper.rows(input))))
}

impl Drop for Blocks<'_> {
    fn drop(&mut self) {}
}

#[cfg(test)]
impl Blocks<'_> {
    fn only_tested() {}
}

impl validation::Prepared<Mandelbrot> for Blocks<'_> {
    fn run(&mut self, input: &Input, output: &mut Output) -> Result<(), StepError> {
        Ok(())
    }
}

fn plain(input: &Input) {
    Blocks::new(input);
}
";

#[test]
fn what_a_step_prepares_is_cut_with_it() {
    let cut = cut_from(PREPARED, "blocked");
    let lines: Vec<&str> = PREPARED.lines().collect();
    let parts = [&lines[0..5], &lines[14..19], &lines[20..25], &lines[35..40]].map(|part| part.join("\n"));
    assert_eq!(cut.text, parts.join("\n\n"));
    assert_eq!((cut.first_line, cut.last_line), (21, 25));
    let gap = [None];
    let numbers = |range: std::ops::RangeInclusive<usize>| range.map(Some).collect::<Vec<_>>();
    let expected =
        [&numbers(1..=5)[..], &gap, &numbers(15..=19), &gap, &numbers(21..=25), &gap, &numbers(36..=40)].concat();
    assert_eq!(cut.text_lines, expected);
    assert_eq!(cut.text.lines().count(), cut.text_lines.len());
    let code: Vec<&str> = cut.text.lines().filter(|line| !line.trim_start().starts_with("///")).collect();
    assert_eq!(cut.code, code.join("\n"));
    assert_eq!(cut.code.lines().count(), cut.code_lines.len());
    assert_eq!(cut.code_lines[0], Some(2));
}

#[test]
fn the_ranges_of_a_cut_are_those_of_its_parts() {
    assert_eq!(cut_from(PREPARED, "blocked").ranges(), [1..=5, 15..=19, 21..=25, 36..=40]);
    assert_eq!(cut_from(PREPARED, "plain").ranges(), [42..=44]);
    let anchored = "/// A.\n// ANCHOR: a\nfn a() {\n    // ANCHOR: b\n    b();\n    // ANCHOR_END: b\n}\n";
    assert_eq!(cut_from(anchored, "a").ranges(), [1..=7]);
}

#[test]
fn an_attribute_is_put_before_the_chosen_functions_and_moves_no_line() {
    let all = attributed_from(PREPARED, |_| true).expect("it is Rust");
    assert_eq!(all.lines().count(), PREPARED.lines().count());
    let marked: Vec<&str> = all.lines().filter(|line| line.contains("#[x] ")).map(str::trim_start).collect();
    let names = ["fn new", "fn new", "pub fn blocked", "fn drop", "fn run", "fn plain"];
    assert_eq!(marked.len(), names.len(), "not the one that only tests have: {marked:?}");
    assert!(marked.iter().zip(names).all(|(line, name)| line.starts_with(&format!("#[x] {name}"))), "{marked:?}");
    assert_eq!(all.replace("#[x] ", ""), PREPARED);
    let some = attributed_from(PREPARED, |line| (21..=25).contains(&line)).expect("it is Rust");
    assert_eq!(some.matches("#[x] pub fn blocked").count(), some.matches("#[x]").count());
    let none = "const fn a() {}\nasync fn b() {}\nextern \"C\" fn c() {}\n#[cfg(test)]\nfn d() {}\n";
    assert_eq!(attributed_from(none, |_| true).as_deref(), Ok(none));
    let odd = "/* ä */ #[inline] pub(crate) unsafe fn a() {} fn b() {}";
    let marked = "/* ä */ #[inline] #[x] pub(crate) unsafe fn a() {} #[x] fn b() {}";
    assert_eq!(attributed_from(odd, |_| true).as_deref(), Ok(marked));
    assert!(attributed_from("fn (", |_| true).is_err());
}

#[test]
fn the_short_name_of_what_a_step_returns_says_as_much_as_the_long_one() {
    let short = PREPARED.replace("Result<Box<dyn Prepared<Mandelbrot>>, StepError>", "Ready<Mandelbrot>");
    assert!(short.contains("-> Ready<Mandelbrot> {"));
    let lines = cut_from(&short, "blocked").text_lines;
    assert_eq!(lines, cut_from(PREPARED, "blocked").text_lines);
}

#[test]
fn a_kernel_that_other_files_call_too_is_cut_with_its_step() {
    let kernel = "/// Of some.\n#[inline(never)]\npub(super) fn some(values: &[f64]) {\n    alone(values);\n}";
    let step = "/// Of all.\npub fn all(input: &Input) {\n    for kernel in [each!(some)] {\n        kernel(&input.x);\n    }\n}";
    let source = format!(
        "// ANCHOR: all\n{kernel}\n\n{step}\n// ANCHOR_END: all\n\nfn alone(values: &[f64]) {{}}\n\npub(super) fn another() {{}}\n"
    );
    let cut = cut_from(&source, "all");
    assert_eq!(cut.text, format!("{kernel}\n\n{step}"));
    assert_eq!((cut.first_line, cut.last_line), (8, 13));
    assert_eq!(cut.ranges(), [2..=6, 8..=13]);
    assert_eq!(cut_from(&source, "some").text, kernel);
}

#[test]
fn a_plain_step_is_cut_alone() {
    assert!(cut_from(PREPARED, "plain").text.starts_with("fn plain"));
}

#[test]
fn a_struct_expression_names_what_is_prepared() {
    let source = "\
mod other {
    struct Pool {}
    impl Prepared<Pi> for Pool {}
}
mod one {
    struct Pool {}
    fn start() -> Result<Box<dyn Prepared<Pi>>, StepError> {
        Ok(Box::new(Pool {}))
    }
    impl Prepared<Pi> for Pool { /* one */ }
}
";
    let text = "\
struct Pool {}

fn start() -> Result<Box<dyn Prepared<Pi>>, StepError> {
    Ok(Box::new(Pool {}))
}

impl Prepared<Pi> for Pool { /* one */ }";
    assert_eq!(cut_from(source, "start").text, text);
}

#[test]
fn a_constructor_that_names_no_type_of_its_file_is_cut_alone() {
    let source = "fn start() -> Result<Box<dyn Prepared<Pi>>, StepError> {\n    shared(|i| i)\n}\n\nstruct Unused;\n";
    assert_eq!(cut_from(source, "start").last_line, 3);
    assert_eq!(cut_from(source, "start").text.lines().count(), 3);
}

#[test]
fn a_missing_function_is_told_with_the_nearest_names() {
    let source =
        "fn naive() {}\nfn hoisted() {}\nmod inner { fn native() {} }\n#[cfg(test)] mod tests { fn naives() {} }\n";
    assert_eq!(error_from(source, "niave"), "lib.rs has no function `niave`; did you mean `naive`, `native`?");
    assert_eq!(error_from(source, "hoist"), "lib.rs has no function `hoist`; did you mean `hoisted`?");
    assert_eq!(error_from(source, "qqq"), "lib.rs has no function `qqq`");
    assert_eq!(line_from(source, "niave"), None);
}

#[test]
fn a_file_that_is_missing_or_no_rust_is_told_in_one_line() {
    let root = workspace("");
    let missing = Sources::new(root.path()).cut("none.rs", "a").expect_err("there is no such file");
    assert_eq!(missing.to_string(), format!("cannot read none.rs: there is no such file in {}", root.path().display()));
    let broken = [
        ("fn a() {}\nfn b( {\n", "2:7: does not parse: a bracket or a quote without its counterpart"),
        ("fn a() {}\n'", "2:1: does not parse: a bracket or a quote without its counterpart"),
        ("fn a() {}\n  fun b() {}\n", "2:7: does not parse: expected"),
        ("fn a() {}\nfn b()\n\n", "2:7: does not parse: unexpected end of input"),
        ("fn a() { let x = ; }", "1:18: does not parse: expected an expression"),
    ];
    for (source, message) in broken {
        let error = error_from(source, "a");
        assert!(error.starts_with(&format!("lib.rs:{message}")), "{error}");
        assert_eq!(error.lines().count(), 1);
    }
    fs::write(root.path().join("binary.rs"), [0xff, 0xfe]).expect("a file");
    assert!(
        Sources::new(root.path())
            .cut("binary.rs", "a")
            .expect_err("no text")
            .to_string()
            .starts_with("cannot read binary.rs: ")
    );
}
