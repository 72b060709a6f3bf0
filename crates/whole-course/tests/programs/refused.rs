//! What must not compile, and what the compiler says then: its words are part of the lesson, and of the book.

use std::fs;
use std::path::Path;

use crate::rustc::Build;
use crate::support::{files, root};

/// Every program in this folder of a crate is refused with the words that lie beside it. `UPDATE_REFUSED=1` writes them.
fn are_refused(name: &str, folder: &str) {
    let package = root().join("crates").join(name);
    let build = Build::new(&format!("refused-{name}-{folder}"), &[]);
    let is_source = |path: &Path| path.extension().is_some_and(|ending| ending == "rs");
    let sources: Vec<_> =
        files(&package.join("tests").join(folder)).into_iter().filter(|path| is_source(path)).collect();
    assert!(!sources.is_empty(), "no programs in {folder} of {name}");
    for source in sources {
        let file = source.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        let output = build.verdict(&package, &format!("tests/{folder}/{file}"));
        let said = normal(&String::from_utf8_lossy(&output.stderr));
        assert!(!output.status.success(), "{file} compiles:\n{said}");
        let expected = source.with_extension("stderr");
        if std::env::var_os("UPDATE_REFUSED").is_some() {
            fs::write(&expected, &said).expect("the file of the compiler's words can be written");
        }
        assert_eq!(said, fs::read_to_string(&expected).unwrap_or_default(), "of {file}");
    }
}

/// The compiler's words without what is of one machine or of every refusal: where the standard library lies and its lines, which are
/// shown where its sources are installed, and the last sentences.
fn normal(said: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut in_library = false;
    for line in said.lines() {
        if line.starts_with("error: aborting due to") || line.starts_with("For more information about") {
            continue;
        }
        let place = line.split_once("--> ").map(|(before, place)| (before, place.replace('\\', "/")));
        match place.as_ref().and_then(|(before, place)| Some((before, place.split_once("/library/")?.1))) {
            Some((before, below)) => {
                let file = below.split(':').next().unwrap_or(below);
                lines.push(format!("{}--> $RUST/{file}", " ".repeat(before.len())));
                in_library = true;
            }
            None => {
                let of_a_source = line.trim_start().starts_with(|c: char| c == '|' || c == '.' || c.is_ascii_digit());
                in_library = in_library && of_a_source;
                if !in_library {
                    lines.push(line.to_owned());
                }
            }
        }
    }
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines.join("\n") + "\n"
}

#[test]
fn what_would_race_does_not_compile() {
    are_refused("threaded", "refused");
}

#[test]
fn what_cannot_be_timed_is_refused_with_a_reason() {
    are_refused("profiling", "functions_compile");
}

#[test]
fn what_cannot_be_counted_is_refused() {
    are_refused("profiling", "refused");
}
