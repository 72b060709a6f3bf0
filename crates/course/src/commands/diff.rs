//! `cargo course diff`: two steps, or two files, beside each other; and a race between the steps.

use std::cell::RefCell;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use std::{env, fs};

use clap::Args;
use runner::files::write_atomically;
use runner::output::{check_writable, default_out, shown, writable_folder};
use runner::{
    Failure, LadderStep, Screen, SizeArgs, Status, StepRecord, TimingArgs, add_speedups, compared, race, show_records,
};
use validation::{Program, SharedInput};

use crate::browser::open;
use crate::catalog::{Meant, ladders, meant};
use crate::diff_page::DiffPage;
use crate::machine_code::{difference, hottest_loop, tell_changed};
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
    /// Show the code alone, without what is said of the steps above it
    #[arg(long)]
    code: bool,
    /// Only show, do not race
    #[arg(long)]
    no_race: bool,
    /// Show too how many instructions of each kind there are before and after
    #[arg(long)]
    asm: bool,
    /// Write it as a page too, in large type: both steps, their machine code and their times
    #[arg(long)]
    html: bool,
    /// Show the page in a browser
    #[arg(long, requires = "html")]
    open: bool,
    /// Write the page to this folder [default: target/course in the workspace]
    #[arg(long, value_name = "DIR", requires = "html")]
    out: Option<PathBuf>,
    #[command(flatten)]
    sizes: SizeArgs,
    #[command(flatten)]
    timing: TimingArgs,
}

/// Shows the difference of two steps and races them, or the difference of two files.
pub(super) fn run(args: &DiffArgs) -> Result<(), Failure> {
    let ladders = ladders();
    match (meant(&ladders, &args.a)?, meant(&ladders, &args.b)?) {
        (Meant::Step(a), Meant::Step(b)) => steps(args, &a, &b),
        (Meant::File(a), Meant::File(b)) => {
            let flags =
                [("--asm", args.asm), ("--no-race", args.no_race), ("--code", args.code), ("--html", args.html)];
            let ignored = flags.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag);
            refuse_ignored(args, ignored, "two files are shown and not run")?;
            let root = root()?;
            show(args, &whole_file(&root, &args.a, a)?, &whole_file(&root, &args.b, b)?)
        }
        (Meant::File(_), Meant::Step(step)) => Err(unlike(&args.a, &step)),
        (Meant::Step(step), Meant::File(_)) => Err(unlike(&args.b, &step)),
    }
}

/// Shows two texts on the screen.
fn show(args: &DiffArgs, a: &Side, b: &Side) -> Result<(), Failure> {
    let width = args.columns.map_or_else(terminal_width, usize::from);
    let style =
        Style { colour: stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) };
    let text = if args.unified { unified(a, b, style) } else { side_by_side(a, b, width, style) };
    Screen.line(text.trim_end())
}

/// Shows the difference of two steps and races them.
fn steps(args: &DiffArgs, a: &LadderStep<'_>, b: &LadderStep<'_>) -> Result<(), Failure> {
    let (screen, mut sources) = (Screen, Sources::new(root()?));
    if args.no_race {
        refuse_ignored(args, None, "with --no-race nothing is run")?;
    }
    let same = a.ladder.problem() == b.ladder.problem();
    if !same {
        refuse_ignored(args, None, "the steps compute different problems, so that nothing is run")?;
    }
    // Sizes that cannot be, and a page that cannot be written, are refused before anything is shown.
    let input = (same && !args.no_race).then(|| a.ladder.input(&args.sizes.request(a.ladder.problem(), true)));
    let input = input.transpose().map_err(|error| Failure::Usage(error.to_string()))?;
    let page = args.html.then(|| page_path(args, a, b)).transpose()?;
    // Whole files are shown as they are; of steps is shown what is raced.
    if input.is_some() || args.asm || args.html {
        tell_changed([a.info().file, b.info().file]);
    }
    let (texts, changed) = texts(args, &mut sources, a, b)?;
    for (index, (side_a, side_b)) in texts.iter().enumerate() {
        if index > 0 {
            screen.line("")?;
        }
        show(args, side_a, side_b)?;
    }
    if let Some(both) = the_same_program(a, b) {
        screen.line(format!("\n{both}"))?;
    }
    screen.line(format!("\n{changed} lines of code changed"))?;
    if args.asm {
        screen.line(format!("\n{}\n", difference(&mut sources, a, b)?))?;
    }
    let records = match &input {
        Some(input) => raced(args, input, a, b)?,
        None if args.no_race => Vec::new(),
        None => {
            screen.line("no race: the steps compute different problems")?;
            Vec::new()
        }
    };
    if let Some(path) = page {
        let machine_code = [a, b].map(|step| hottest_loop(&mut sources, step).unwrap_or_else(why));
        let verdict = verdict(&records);
        let page = DiffPage { texts: &texts, changed, machine_code, records: &records, verdict: &verdict };
        write_atomically(&path, page.html().as_bytes()).map_err(|error| Failure::Io(error.to_string()))?;
        screen.line(format!("written: {}", shown(&path)))?;
        if args.open {
            open(&path)?;
        }
    }
    if records.iter().any(|record| record.status == Status::Wrong) { Err(Failure::Wrong) } else { Ok(()) }
}

/// What stands in the place of machine code that cannot be shown.
fn why(failure: Failure) -> String {
    match failure {
        Failure::Usage(why) | Failure::Io(why) => why,
        Failure::Wrong | Failure::Closed => "unavailable".to_owned(),
    }
}

/// Where the page goes, which can be written.
fn page_path(args: &DiffArgs, a: &LadderStep<'_>, b: &LadderStep<'_>) -> Result<PathBuf, Failure> {
    let folder = args.out.clone().unwrap_or_else(default_out);
    writable_folder(&folder)?;
    let [a, b] = [a, b].map(|step| step.info().path().replace("::", "-"));
    let path = folder.join(format!("diff-{a}-{b}.html"));
    check_writable(&path)?;
    Ok(path)
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

/// The texts of both steps, and of the functions of another language that they run where these differ; and how many lines of code
/// changed.
fn texts(
    args: &DiffArgs,
    sources: &mut Sources,
    a: &LadderStep<'_>,
    b: &LadderStep<'_>,
) -> Result<(Vec<(Side, Side)>, usize), Failure> {
    let (side_a, code_a) = side(args, sources, a)?;
    let (side_b, code_b) = side(args, sources, b)?;
    let (mut texts, mut changed) = (vec![(side_a, side_b)], changed_lines(&code_a, &code_b));
    if let (Some(of_a), Some(of_b)) = (a.info().program, b.info().program)
        && of_a != of_b
    {
        let (side_a, code_a) = program(sources, of_a)?;
        let (side_b, code_b) = program(sources, of_b)?;
        texts.push((side_a, side_b));
        changed += changed_lines(&code_a, &code_b);
    }
    Ok((texts, changed))
}

/// What is said of two steps that run the same function of another language.
fn the_same_program(a: &LadderStep<'_>, b: &LadderStep<'_>) -> Option<String> {
    let program = a.info().program.filter(|program| b.info().program == Some(*program))?;
    Some(format!("both run {} of {}: only the engine differs", program.function, program.file))
}

/// A step's own text, or its code alone if that is asked for, and its code alone.
fn side(args: &DiffArgs, sources: &mut Sources, found: &LadderStep<'_>) -> Result<(Side, String), Failure> {
    let step = found.info();
    let cut = sources.cut(step.file, step.name)?;
    let line = sources.line_of(step.file, step.name).unwrap_or(cut.first_line);
    let (text, lines) = if args.code { (&cut.code, cut.code_lines) } else { (&cut.text, cut.text_lines) };
    let side = Side { lines, ..Side::new(&step.path(), &format!("{}:{line}", step.file), text, cut.first_line) };
    Ok((side, cut.code))
}

/// The function of another language that a step runs, and its code alone.
fn program(sources: &Sources, program: Program) -> Result<(Side, String), Failure> {
    let cut = sources.cut_python(program.file, program.function)?;
    let place = format!("{}:{}", program.file, cut.first_line);
    let side = Side { lines: cut.text_lines, ..Side::new(program.function, &place, &cut.text, cut.first_line) };
    Ok((side, cut.code))
}

/// Runs both in turn on the same input, and says how the second compares with the first.
fn raced(
    args: &DiffArgs,
    input: &SharedInput,
    a: &LadderStep<'_>,
    b: &LadderStep<'_>,
) -> Result<Vec<StepRecord>, Failure> {
    let (settings, budget) = (args.timing.settings(), args.timing.budget(args.sizes.quick));
    let mut records = race([*a, *b], input, &settings, &budget, &mut |_| {}).to_vec();
    add_speedups(&mut records);
    show_records(&Screen, &records, &verdict(&records), &RefCell::default())?;
    Ok(records)
}

/// How the second of two steps compares with the first.
fn verdict(records: &[StepRecord]) -> Vec<String> {
    match records {
        [before, after] => vec![compared(before, after)],
        _ => Vec::new(),
    }
}
