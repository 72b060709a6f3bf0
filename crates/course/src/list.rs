//! `cargo course list`: every step of every ladder.

use runner::{Failure, Screen};

use crate::catalog::{ladders, of_problem};
use crate::command::ListArgs;
use crate::source::{line_of, root};

/// Lists the steps, a heading for each ladder with its file, a line or two for each step.
pub(crate) fn list(args: &ListArgs) -> Result<(), Failure> {
    let screen = Screen;
    let ladders = ladders();
    let chosen = match &args.problem {
        Some(problem) => of_problem(&ladders, problem)?,
        None => ladders.iter().map(|ladder| &**ladder).collect(),
    };
    let root = root().map_err(|error| Failure::Io(error.to_string()))?;
    for (number, ladder) in chosen.iter().enumerate() {
        let Some(first) = ladder.steps().first() else {
            continue;
        };
        let gap = if number == 0 { "" } else { "\n" };
        screen.line(format!("{gap}{} ({})", first.module, first.file))?;
        for step in ladder.steps() {
            let line = line_of(&root, step.file, step.name).map_or_else(|| "?".to_owned(), |line| line.to_string());
            screen.line(format!("  {:12} line {line:>4}  {}", step.name, step.idea))?;
            screen.line(format!("  {:12}            mirrors {}; {}", "", step.mirrors, step.precision))?;
        }
    }
    Ok(())
}
