//! The program that mdbook calls, with small books.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(input: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_pages"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    program.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    program.wait_with_output().unwrap()
}

/// What mdbook sends of a book with one chapter and one below it.
fn book(root: &Path, version: &str, pages: [&str; 2]) -> String {
    let chapter = |name: &str, content: &str, below: serde_json::Value| {
        serde_json::json!({ "Chapter": {
            "name": name, "content": content, "number": [1], "sub_items": below, "path": format!("{name}.md"),
            "source_path": format!("{name}.md"), "parent_names": [],
        } })
    };
    let below = chapter("below", pages[1], serde_json::json!([]));
    let context = serde_json::json!({
        "root": root, "config": { "book": { "src": "src" } }, "renderer": "html", "mdbook_version": version,
    });
    let items = serde_json::json!(["Separator", { "PartTitle": "Part" }, chapter("above", pages[0], serde_json::json!([below]))]);
    serde_json::json!([context, { "items": items }]).to_string()
}

#[test]
fn every_page_is_rewritten_and_everything_else_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("src/images")).unwrap();
    fs::write(folder.path().join("src/images/a.svg"), "<svg>\n<text>a</text>\n</svg>\n").unwrap();
    let pages =
        ["# Above\n\n```rust\n/// The idea.\nfn step() {}\n```\n", "![Words](images/a.svg)\n\n| a |\n|---|\n| 1 |\n"];
    let input = book(folder.path(), "0.5.4", pages);
    let output = run(&input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let given: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let above = "# Above\n\n<div class=\"idea\">\n\nThe idea.\n\n</div>\n\n```rust\nfn step() {}\n```\n\n\n";
    let below = "<figure class=\"plot\">\n<svg role=\"img\" aria-label=\"Words\">\n<text>a</text>\n</svg>\n</figure>\n\n| a |\n|---|\n| 1 |\n";
    let mut sent: serde_json::Value = serde_json::from_str(&input).unwrap();
    let chapter = &mut sent[1]["items"][2]["Chapter"];
    chapter["content"] = above.into();
    chapter["sub_items"][0]["Chapter"]["content"] = below.into();
    assert_eq!(given, sent[1]);
}

#[test]
fn what_cannot_be_prepared_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    for (input, words) in [
        (String::new(), "not a book"),
        ("[1]".to_owned(), "not a book"),
        ("[{\"mdbook_version\": \"0.5.4\", \"root\": \".\"}, {}]".to_owned(), "no pages"),
        (book(folder.path(), "0.4.52", ["", ""]), "scripts/setup-book"),
        (book(folder.path(), "0.5.4", ["", "![Words](gone.svg)"]), "below.md: gone.svg cannot be read"),
    ] {
        let output = run(&input);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(output.stdout.is_empty() && message.contains(words) && message.lines().count() == 1, "{message}");
    }
}
