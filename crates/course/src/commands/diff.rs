//! `cargo course diff`: two steps, or two files, beside each other; and a race between the steps.

use std::io::{IsTerminal, stdout};
use std::path::Path;
use std::{env, fs};

use clap::Args;
use runner::{Failure, LadderStep, Screen, SizeArgs, Status, TimingArgs, run_steps, show_records};
use validation::{Program, SharedInput};

use crate::catalog::{Meant, ladders, meant};
use crate::machine_code::{difference, tell_changed};
use source::Sources;
use source::side_by_side::{Side, Style, changed_lines, side_by_side, terminal_width, unified};
use source::workspace::root;

#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// A step (kernels::mandelbrot::naive) or a file of a crate (kernels::mandelbrot)
    a: String,
    /// Another one
    b: String,
    /// Show the lines below each other instead of side by side
    #[arg(long, conflicts_with = "columns")]
    unified: bool,
    /// Columns to fit into [default: those of the terminal]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(80..=200))]
    columns: Option<u16>,
    /// Only show, do not race
    #[arg(long)]
    no_race: bool,
    /// Show too how many instructions of each kind there are before and after
    #[arg(long)]
    asm: bool,
    #[command(flatten)]
    sizes: SizeArgs,
    #[command(flatten)]
    timing: TimingArgs,
}

/// Shows the difference of two steps and races them, or the difference of two files.
pub(super) fn run(args: &DiffArgs) -> Result<(), Failure> {
    let screen = Screen;
    let ladders = ladders();
    let mut sources = Sources::new(root()?);
    let width = args.columns.map_or_else(terminal_width, usize::from);
    let style =
        Style { colour: stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) };
    let show = |a: &Side, b: &Side| {
        let text = if args.unified { unified(a, b, style) } else { side_by_side(a, b, width, style) };
        screen.line(text.trim_end())
    };
    let (a, b) = match (meant(&ladders, &args.a)?, meant(&ladders, &args.b)?) {
        (Meant::Step(a), Meant::Step(b)) => (a, b),
        (Meant::File(a), Meant::File(b)) => {
            let ignored = args.asm.then_some("--asm").or_else(|| args.no_race.then_some("--no-race"));
            refuse_ignored(args, ignored, "two files are shown and not run")?;
            let root = sources.root();
            return show(&whole_file(root, &args.a, a)?, &whole_file(root, &args.b, b)?);
        }
        (Meant::File(_), Meant::Step(step)) => return Err(unlike(&args.a, &step)),
        (Meant::Step(step), Meant::File(_)) => return Err(unlike(&args.b, &step)),
    };
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
        tell_changed([a.info().file, b.info().file]);
    }
    let (side_a, code_a) = side(&mut sources, &a)?;
    let (side_b, code_b) = side(&mut sources, &b)?;
    show(&side_a, &side_b)?;
    let mut changed = changed_lines(&code_a, &code_b);
    if let (Some(program_a), Some(program_b)) = (a.info().program, b.info().program) {
        changed += programs(&screen, &sources, show, program_a, program_b)?;
    }
    screen.line(format!("\n{changed} lines of code changed"))?;
    if args.asm {
        screen.line(format!("\n{}\n", difference(&mut sources, &a, &b)?))?;
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

/// A file has been named with a step.
fn unlike(file: &str, step: &LadderStep<'_>) -> Failure {
    let step = step.info().path();
    Failure::Usage(format!("'{file}' is a file and '{step}' a step: name two steps or two files"))
}

fn whole_file(root: &Path, module: &str, file: &str) -> Result<Side, Failure> {
    let text =
        fs::read_to_string(root.join(file)).map_err(|error| Failure::io(format_args!("cannot read {file}"), &error))?;
    Ok(Side::new(module, file, &text, 1))
}

/// A step's own text, and its code alone.
fn side(sources: &mut Sources, found: &LadderStep<'_>) -> Result<(Side, String), Failure> {
    let step = found.info();
    let cut = sources.cut(step.file, step.name)?;
    let line = sources.line_of(step.file, step.name).unwrap_or(cut.first_line);
    let side = Side {
        lines: cut.text_lines,
        ..Side::new(&step.path(), &format!("{}:{line}", step.file), &cut.text, cut.first_line)
    };
    Ok((side, cut.code))
}

/// Shows the functions of another language that two steps run, and says how many lines of code they differ in.
fn programs(
    screen: &Screen,
    sources: &Sources,
    show: impl Fn(&Side, &Side) -> Result<(), Failure>,
    a: Program,
    b: Program,
) -> Result<usize, Failure> {
    screen.line("")?;
    if a == b {
        screen.line(format!("both run {} of {}: only the engine differs", a.function, a.file))?;
        return Ok(0);
    }
    let (side_a, code_a) = program(sources, a)?;
    let (side_b, code_b) = program(sources, b)?;
    show(&side_a, &side_b)?;
    Ok(changed_lines(&code_a, &code_b))
}

/// The function of another language that a step runs, and its code alone.
fn program(sources: &Sources, program: Program) -> Result<(Side, String), Failure> {
    let cut = sources.cut_python(program.file, program.function)?;
    let place = format!("{}:{}", program.file, cut.first_line);
    let side = Side { lines: cut.text_lines, ..Side::new(program.function, &place, &cut.text, cut.first_line) };
    Ok((side, cut.code))
}

/// Runs both on the same input, and says how the second compares with the first.
fn race(
    screen: &Screen,
    args: &DiffArgs,
    input: &SharedInput,
    a: &LadderStep<'_>,
    b: &LadderStep<'_>,
) -> Result<(), Failure> {
    let (settings, budget) = (args.timing.settings(), args.timing.budget(args.sizes.quick));
    let records = run_steps(&[*a, *b], input, &settings, &budget, &mut |_| {});
    show_records(screen, &records, &[])?;
    if records.iter().any(|record| record.status == Status::Wrong) { Err(Failure::Wrong) } else { Ok(()) }
}
