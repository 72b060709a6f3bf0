//! `cargo course list`: every step of every ladder.

use clap::Args;
use runner::{Failure, Screen};
use validation::Ladder;

use crate::catalog::{ladders, of_problem};
use crate::source::Sources;
use crate::workspace::root;

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// List only this problem
    #[arg(long, value_name = "P")]
    problem: Option<String>,
}

/// Lists the steps, a heading for each ladder with its file, a line or two for each step.
pub(super) fn run(args: &ListArgs) -> Result<(), Failure> {
    let ladders = ladders();
    let chosen = match &args.problem {
        Some(problem) => of_problem(&ladders, problem)?,
        None => ladders.iter().map(|ladder| &**ladder).collect(),
    };
    lines(&chosen, &mut Sources::new(root()?)).iter().try_for_each(|line| Screen.line(line))
}

/// What is listed of some ladders, line by line.
fn lines(ladders: &[&dyn Ladder], sources: &mut Sources) -> Vec<String> {
    let mut lines = Vec::new();
    for ladder in ladders {
        let Some(first) = ladder.steps().first() else {
            continue;
        };
        if !lines.is_empty() {
            lines.push(String::new());
        }
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
    use crate::source::parsed_so_far;

    #[test]
    fn every_file_is_parsed_once() {
        let ladders = ladders();
        let all: Vec<_> = ladders.iter().map(|ladder| &**ladder).collect();
        let before = parsed_so_far();
        let lines = lines(&all, &mut Sources::new(root().unwrap()));
        let parsed = parsed_so_far() - before;
        let files: BTreeSet<_> = ladders.iter().flat_map(|ladder| ladder.steps()).map(|step| step.file).collect();
        assert_eq!(parsed, files.len());
        assert!(lines.len() > 2 * files.len(), "a heading and a step of each at least");
    }
}
