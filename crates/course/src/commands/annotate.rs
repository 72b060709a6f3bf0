//! `cargo course annotate`: the source of a step, or a whole file, as a page whose lines are coloured by what they cost.

use std::path::PathBuf;

use clap::Args;
use profiling::asm::{Annotated, Selection};
use runner::files::write_atomically;
use runner::output::{check_writable, default_out, shown, writable_folder};
use runner::{Failure, Screen, plain_table};

use crate::browser::open;
use crate::catalog::{Meant, ladders, meant};
use crate::machine_code::{image, selection, tell_changed, unavailable};
use source::Sources;
use source::workspace::root;

#[derive(Args, Debug)]
pub(crate) struct AnnotateArgs {
    /// A step (kernels::mandelbrot::naive) or a file of a crate (kernels::mandelbrot)
    step: String,
    /// Show the page in a browser
    #[arg(long)]
    open: bool,
    /// Write the page to this folder [default: target/course in the workspace]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Writes the source of a step, or a whole file, as a page whose lines are coloured by what they cost.
pub(super) fn run(args: &AnnotateArgs) -> Result<(), Failure> {
    let screen = Screen;
    let ladders = ladders();
    let image = image()?;
    let (name, file, selection) = match meant(&ladders, &args.step)? {
        Meant::File(file) => (args.step.clone(), file, Selection::file(file)),
        Meant::Step(step) => {
            let selection = selection(&mut Sources::new(root()?), &step)?;
            (step.info().path(), step.info().file, selection)
        }
    };
    let folder = args.out.clone().unwrap_or_else(default_out);
    writable_folder(&folder)?;
    let path = folder.join(format!("annotated-{}.html", name.replace("::", "-")));
    check_writable(&path)?;
    tell_changed([file]);
    let annotated = image.annotate(&selection).map_err(unavailable)?;
    screen.line(dearest(&annotated))?;
    write_atomically(&path, annotated.html().as_bytes()).map_err(|error| Failure::Io(error.to_string()))?;
    screen.line(format!("written: {}", shown(&path)))?;
    if args.open { open(&path) } else { Ok(()) }
}

/// The lines that cost most, as a table.
fn dearest(annotated: &Annotated) -> String {
    let mut lines: Vec<_> = annotated.lines.iter().filter(|line| line.cost.score > 0.0).collect();
    if lines.is_empty() {
        return "every line is white: nothing but packed work, moves and jumps".to_owned();
    }
    lines.sort_by(|a, b| b.cost.score.total_cmp(&a.cost.score));
    let rows: Vec<_> = lines
        .iter()
        .take(12)
        .map(|line| {
            let cost = &line.cost;
            let counts = [
                (cost.bounds_checks, "bounds check"),
                (cost.panics, "panic"),
                (cost.allocations, "allocation"),
                (cost.memory, "memory block"),
                (cost.calls, "call"),
                (cost.divisions, "division or root"),
                (cost.scalar, "scalar"),
            ];
            let counts = counts.into_iter().filter(|(count, _)| *count > 0);
            let why: Vec<_> = counts.map(|(count, what)| format!("{count} {what}")).collect();
            let number = line.number.map_or_else(|| "-".to_owned(), |number| number.to_string());
            [number, format!("{:.0}", cost.score), why.join(", "), line.text.trim().to_owned()]
        })
        .collect();
    plain_table(&["line", "score", "because of", "source"], &rows, &[2, 3])
}
