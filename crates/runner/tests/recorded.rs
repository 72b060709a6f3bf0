//! The numbers that the book shows agree with each other, and the chapters are where the table of chapters says.

use std::fs;
use std::path::PathBuf;

use runner::{CHAPTERS, StepRecord, contradictions};
use serde::Deserialize;
use source::workspace::root;

/// Numbers that were recorded and contradict a rule, each with the reason why they are still shown.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// A file of recorded results; what else is in it is of no interest here.
#[derive(Deserialize)]
struct Recorded {
    results: Vec<StepRecord>,
}

/// The recorded results of a chapter.
fn recorded(number: u32) -> Option<Vec<StepRecord>> {
    let path = root().unwrap().join(format!("docs/results/chapter{number}.json"));
    let text = fs::read_to_string(&path).ok()?;
    let recorded: Recorded = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(recorded.results)
}

#[test]
fn recorded_numbers_do_not_contradict_themselves() {
    let mut found = Vec::new();
    for chapter in &CHAPTERS {
        let records = recorded(chapter.number);
        assert_eq!(records.is_some(), chapter.package.is_some(), "the results of chapter {}", chapter.number);
        for contradiction in contradictions(&records.unwrap_or_default()) {
            found.push(format!("chapter {}: {contradiction}", chapter.number));
        }
    }
    let known = |found: &String| EXCEPTIONS.iter().any(|(known, _)| known == found);
    let unknown: Vec<_> = found.iter().filter(|found| !known(found)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let gone: Vec<_> = EXCEPTIONS.iter().filter(|(known, _)| !found.iter().any(|found| found == known)).collect();
    assert!(gone.is_empty(), "these are mended, and no exceptions any more: {gone:?}");
}

#[test]
fn recorded_ladders_are_large_enough_to_show_their_lesson() {
    for chapter in &CHAPTERS {
        for record in recorded(chapter.number).unwrap_or_default() {
            let sizes = record.input.iter().map(|(name, size)| (name.as_str(), *size));
            assert_eq!(chapter.too_small(&record.problem, sizes), None, "chapter {}", chapter.number);
        }
    }
}

#[test]
fn every_chapter_is_where_the_table_says() {
    let root = root().unwrap();
    let example = |number: u32| -> PathBuf { root.join(format!("examples/chapter{number}.rs")) };
    for chapter in &CHAPTERS {
        let text = fs::read_to_string(example(chapter.number)).unwrap();
        let Some(package) = chapter.package else { continue };
        assert!(text.contains(&format!("Chapter::new({}, \"{}\"", chapter.number, chapter.title)), "{chapter:?}");
        let manifest = fs::read_to_string(root.join("crates").join(package).join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("name = \"chapter{}\"", chapter.number)), "{chapter:?}");
    }
    assert!(!example(CHAPTERS.len() as u32 + 1).exists(), "a chapter that the table does not have");
}
