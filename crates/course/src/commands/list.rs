//! `cargo course list`: every step of every ladder.

use clap::Args;
use runner::{CHAPTERS, ChapterInfo, Failure, Screen, nearest};
use validation::Ladder;

use crate::catalog::{ladders, of_problem};
use source::Sources;
use source::workspace::root;

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// List only this problem
    #[arg(long, value_name = "P")]
    problem: Option<String>,
    /// List only the steps of this chapter
    #[arg(long, value_name = "N")]
    chapter: Option<u32>,
    /// List only the steps of this crate
    #[arg(long = "crate", value_name = "CRATE")]
    package: Option<String>,
}

/// Lists the steps by chapter, a heading for each ladder with its file, a line or two for each step.
pub(super) fn run(args: &ListArgs) -> Result<(), Failure> {
    let ladders = ladders();
    let mut chosen: Vec<&dyn Ladder> = match &args.problem {
        Some(problem) => of_problem(&ladders, problem)?,
        None => ladders.iter().map(|ladder| &**ladder).collect(),
    };
    if let Some(package) = &args.package {
        let of_crate = |ladder: &&dyn Ladder| crate_of(*ladder) == package;
        if !ladders.iter().any(|ladder| of_crate(&&**ladder)) {
            let mut known: Vec<_> = ladders.iter().map(|ladder| crate_of(&**ladder).to_owned()).collect();
            known.dedup();
            return Err(Failure::Usage(nearest("crate with steps", package, &known, "`cargo course list`")));
        }
        chosen.retain(of_crate);
    }
    if let Some(number) = args.chapter {
        check_chapter(number)?;
        chosen.retain(|ladder| chapter_of(*ladder).is_some_and(|chapter| chapter.number == number));
    }
    if chosen.is_empty() {
        return Err(Failure::Usage("there are no such steps: leave one of the arguments out".to_owned()));
    }
    chosen.sort_by_key(|ladder| chapter_of(*ladder).map_or(u32::MAX, |chapter| chapter.number));
    lines(&chosen, &mut Sources::new(root()?)).iter().try_for_each(|line| Screen.line(line))
}

/// Refuses a chapter that is not there, is not written yet, or has no steps.
fn check_chapter(number: u32) -> Result<(), Failure> {
    let Some(chapter) = ChapterInfo::numbered(number) else {
        let last = CHAPTERS.len();
        return Err(Failure::Usage(format!("there is no chapter {number}; there are 1 to {last}")));
    };
    if let Some(said) = chapter.not_written() {
        return Err(Failure::Usage(said));
    }
    if chapter.modules.is_empty() {
        let said =
            format!("chapter {number} ({}) has no steps of its own: {} shows it", chapter.title, chapter.command());
        return Err(Failure::Usage(said));
    }
    Ok(())
}

fn crate_of(ladder: &dyn Ladder) -> &'static str {
    ladder.steps().first().map_or("", |step| step.crate_name())
}

fn chapter_of(ladder: &dyn Ladder) -> Option<&'static ChapterInfo> {
    ladder.steps().first().and_then(|step| ChapterInfo::of_module(step.module))
}

/// What is listed of some ladders, line by line.
fn lines(ladders: &[&dyn Ladder], sources: &mut Sources) -> Vec<String> {
    let mut lines = Vec::new();
    let mut before = None;
    for ladder in ladders {
        let Some(first) = ladder.steps().first() else {
            continue;
        };
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let chapter = chapter_of(*ladder);
        if let Some(chapter) = chapter.filter(|_| chapter != before) {
            lines.push(format!("CHAPTER {}: {}; {}", chapter.number, chapter.title, chapter.command()));
        }
        before = chapter;
        lines.push(format!("{} ({})", first.module, first.file));
        for step in ladder.steps() {
            let line = sources.line_of(step.file, step.name).map_or_else(|| "?".to_owned(), |line| line.to_string());
            lines.push(format!("  {:12} line {line:>4}  {}", step.name, step.idea));
            lines.push(format!("  {:12}            mirrors {}; {}", "", step.mirrors, step.precision));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_is_parsed_once() {
        let ladders = ladders();
        let all: Vec<_> = ladders.iter().map(|ladder| &**ladder).collect();
        let mut sources = Sources::new(root().unwrap());
        let lines = lines(&all, &mut sources);
        let files: BTreeSet<_> = ladders.iter().flat_map(|ladder| ladder.steps()).map(|step| step.file).collect();
        assert_eq!(sources.parses(), files.len());
        assert!(lines.len() > 2 * files.len(), "a heading and a step of each at least");
        assert!(ladders.iter().all(|ladder| chapter_of(&**ladder).is_some()), "every ladder belongs to a chapter");
        let chapters: Vec<_> = lines.iter().filter(|line| line.starts_with("CHAPTER ")).collect();
        assert_eq!(chapters.len(), CHAPTERS.iter().filter(|chapter| !chapter.modules.is_empty()).count());
    }

    #[test]
    fn a_chapter_without_steps_says_what_it_is() {
        let said = |number| match check_chapter(number) {
            Err(Failure::Usage(said)) => said,
            other => panic!("{other:?}"),
        };
        assert!(check_chapter(7).is_ok());
        assert_eq!(said(99), "there is no chapter 99; there are 1 to 12");
        assert!(said(12).contains("is not written yet"));
        assert!(said(3).ends_with("cargo run --example chapter3 shows it"));
    }
}
