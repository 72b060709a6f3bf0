//! Two steps, or two files, beside each other; and a race between the steps.

use std::fs;
use std::io::{IsTerminal, stdout};
use std::path::Path;

use runner::{Failure, LadderStep, Progress, Screen, Status, add_speedups, ladder_table, notes, run_step};
use validation::SharedInput;

use crate::catalog::{Found, find_step, ladders, module_file};
use crate::command::DiffArgs;
use crate::diff::{Side, Style, changed_lines, side_by_side, terminal_width, unified};
use crate::machine_code::{difference, tell_changed};
use crate::source::{cut, line_of, root};

/// Shows the difference of two steps and races them, or the difference of two files.
pub(crate) fn diff(args: &DiffArgs) -> Result<(), Failure> {
    let screen = Screen;
    let ladders = ladders();
    let root = root().map_err(|error| Failure::Io(error.to_string()))?;
    let width = args.columns.map_or_else(terminal_width, usize::from);
    let style =
        Style { colour: stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) };
    let show = |a: &Side, b: &Side| {
        let text = if args.unified { unified(a, b, style) } else { side_by_side(a, b, width, style) };
        screen.line(text.trim_end())
    };
    if let (Some(a), Some(b)) = (module_file(&ladders, &args.a), module_file(&ladders, &args.b)) {
        let ignored = args.asm.then_some("--asm").or_else(|| args.no_race.then_some("--no-race"));
        refuse_ignored(args, ignored, "two files are shown and not run")?;
        return show(&whole_file(&root, &args.a, a)?, &whole_file(&root, &args.b, b)?);
    }
    let (a, b) = (find_step(&ladders, &args.a)?, find_step(&ladders, &args.b)?);
    if args.no_race {
        refuse_ignored(args, None, "with --no-race nothing is run")?;
    }
    let same = a.ladder.problem() == b.ladder.problem();
    if !same {
        refuse_ignored(args, None, "the steps compute different problems, so that nothing is run")?;
    }
    // Sizes that cannot be are refused before anything is shown.
    let input = (same && !args.no_race).then(|| a.ladder.input(&args.sizes.request(a.ladder.problem(), true)));
    let input = input.transpose().map_err(|error| Failure::Usage(error.to_string()))?;
    // Whole files are shown as they are; of steps is shown what is raced.
    if input.is_some() || args.asm {
        tell_changed([a.step().file, b.step().file]);
    }
    let (side_a, code_a) = side(&root, &a)?;
    let (side_b, code_b) = side(&root, &b)?;
    show(&side_a, &side_b)?;
    screen.line(format!("\n{} lines of code changed", changed_lines(&code_a, &code_b)))?;
    if args.asm {
        screen.line(format!("\n{}\n", difference(&a, &b)?))?;
    }
    match input {
        Some(input) => race(&screen, args, &input, &a, &b),
        None if args.no_race => Ok(()),
        None => screen.line("no race: the steps compute different problems"),
    }
}

/// Refuses arguments that would be ignored.
fn refuse_ignored(args: &DiffArgs, first: Option<&str>, why: &str) -> Result<(), Failure> {
    match first.or(args.sizes.given()).or(args.timing.given()) {
        Some(flag) => Err(Failure::Usage(format!("{why}: leave {flag} out"))),
        None => Ok(()),
    }
}

fn whole_file(root: &Path, module: &str, file: &str) -> Result<Side, Failure> {
    let text =
        fs::read_to_string(root.join(file)).map_err(|error| Failure::io(format_args!("cannot read {file}"), &error))?;
    Ok(Side::new(module, file, &text, 1))
}

/// A step's own text, and its code alone.
fn side(root: &Path, found: &Found<'_>) -> Result<(Side, String), Failure> {
    let step = found.step();
    let cut = cut(root, step.file, step.name).map_err(|error| Failure::Io(error.to_string()))?;
    let line = line_of(root, step.file, step.name).unwrap_or(cut.first_line);
    let side = Side {
        lines: cut.text_lines,
        ..Side::new(&step.path(), &format!("{}:{line}", step.file), &cut.text, cut.first_line)
    };
    Ok((side, cut.code))
}

/// Runs both on the same input, and says how the second compares with the first.
fn race(screen: &Screen, args: &DiffArgs, input: &SharedInput, a: &Found<'_>, b: &Found<'_>) -> Result<(), Failure> {
    let (settings, budget) = (args.timing.settings(), args.timing.budget(args.sizes.quick));
    let progress = Progress::new(2);
    let mut records = Vec::new();
    for found in [a, b] {
        progress.begin(found.step().path());
        let record =
            run_step(LadderStep { ladder: found.ladder, index: found.index }, input, &settings, &budget, &mut |_| {});
        records.push(record);
        progress.done();
    }
    drop(progress);
    add_speedups(&mut records);
    screen.line(ladder_table(&records))?;
    for note in notes(&records) {
        screen.line(note)?;
    }
    if records.iter().any(|record| record.status == Status::Wrong) { Err(Failure::Wrong) } else { Ok(()) }
}
