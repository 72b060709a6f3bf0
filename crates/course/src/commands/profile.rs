//! `cargo course profile`: a step under a profiler, sampled as it is or as a copy with an attribute.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use runner::output::{check_writable, create_folder, default_out, writable_folder};
use runner::{Failure, LadderStep, Progress, Screen, SizeArgs, TimingArgs};

use crate::catalog::{find_one, ladders};
use crate::instrumented::{build, write_copy};
use crate::machine_code::tell_changed;
use crate::profiled::{self, What};
use crate::python_code;
use source::Sources;
use source::workspace::root;

#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("what"))]
pub(crate) struct ProfileArgs {
    /// A step: kernels::mandelbrot::naive
    step: String,
    /// Sample the step as it is: functions, lines, a flame graph [default]
    #[arg(long, group = "what")]
    sample: bool,
    /// Count and time the calls of every function of its crate, in a copy
    #[arg(long, group = "what", conflicts_with = "repeat")]
    functions: bool,
    /// Count how often each line runs, in a copy, and sample how long it takes
    #[arg(long, group = "what")]
    lines: bool,
    /// Show what each line does to the heap, in a copy
    #[arg(long, group = "what", conflicts_with = "repeat")]
    memory: bool,
    /// Write pictures and files to this folder [default: target/course in the workspace]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    sizes: SizeArgs,
    #[command(flatten)]
    timing: TimingArgs,
}

impl ProfileArgs {
    /// What is asked for.
    fn what(&self) -> What {
        match self {
            Self { functions: true, .. } => What::Functions,
            Self { lines: true, .. } => What::Lines,
            Self { memory: true, .. } => What::Memory,
            _ => What::Sample,
        }
    }
}

/// Profiles a step.
pub(super) fn run(args: &ProfileArgs) -> Result<(), Failure> {
    let ladders = ladders();
    let step = find_one(&ladders, &args.step)?;
    if let (Some(program), true) = (step.info().program, args.what() != What::Sample) {
        // The functions and lines that count are those of the program, and the interpreter counts them.
        return of_python(args, &step, program.file);
    }
    let request = args.sizes.request(step.ladder.problem(), true);
    let input = step.ladder.input(&request).map_err(|error| Failure::Usage(error.to_string()))?;
    let out = args.out.clone().unwrap_or_else(default_out);
    writable_folder(&out)?;
    let out = out.canonicalize().unwrap_or(out);
    let stem = out.join(format!("profile-{}", step.info().path().replace("::", "-")));
    let stem = stem.to_str().ok_or_else(|| Failure::Io(format!("{} is not UTF-8", stem.display())))?;
    let what = args.what();
    profiled::files(what, stem).iter().try_for_each(|file| check_writable(file))?;
    if what == What::Sample {
        // The other profiles are those of a copy of the sources as they are.
        tell_changed([step.info().file]);
        return profiled::profile(step.ladder, step.index, &input, &args.timing, what, stem);
    }
    drop(input);
    let mut sources = Sources::new(root()?);
    let folder = default_out().join("profile");
    create_folder(&folder)?;
    let _lock = locked(&folder)?;
    let progress = Progress::new(2);
    progress.begin("writing a copy with the attribute");
    write_copy(&mut sources, &folder, step.info().crate_name(), &[step.info()], what)?;
    progress.done();
    progress.begin("building it");
    let program = build(sources.root(), &folder)?;
    progress.done();
    drop(progress);
    let status = Command::new(&program)
        .args(child_arguments(args, &step, what, stem))
        .status()
        .map_err(|error| Failure::io(format_args!("cannot start {}", program.display()), &error))?;
    match status.code() {
        Some(0) => Ok(()),
        // It has said why.
        Some(_) => Err(Failure::Wrong),
        None => Err(Failure::Io(format!("the profiled copy was ended by a signal: {status}"))),
    }
}

/// Counts the lines or the calls of a file of Python that a step runs.
fn of_python(args: &ProfileArgs, step: &LadderStep<'_>, file: &str) -> Result<(), Failure> {
    let path = step.info().path();
    let ignored = args.timing.given().or(args.out.as_ref().map(|_| "--out"));
    if let Some(flag) = ignored {
        return Err(Failure::Usage(format!("{path} is counted in one run, and nothing is written: leave {flag} out")));
    }
    if args.what() == What::Memory {
        return Err(Failure::Usage(format!(
            "the heap of {file}, which {path} runs, is not looked at: leave --memory out"
        )));
    }
    let request = args.sizes.request(step.ladder.problem(), true);
    let input = step.ladder.input(&request).map_err(|error| Failure::Usage(error.to_string()))?;
    tell_changed([file]);
    let text = match args.what() {
        What::Functions => python_code::functions(step, &input)?,
        _ => python_code::lines(step, &input)?,
    };
    Screen.line(text.trim_end())
}

/// Waits until no other profile uses the folder. It is free again when the file is dropped.
fn locked(folder: &Path) -> Result<File, Failure> {
    let path = folder.join("lock");
    let lock = File::create(&path).and_then(|file| file.lock().map(|()| file));
    lock.map_err(|error| Failure::io(format_args!("cannot lock {}", path.display()), &error))
}

/// What this command was asked, for the small program.
fn child_arguments(args: &ProfileArgs, step: &LadderStep<'_>, what: What, stem: &str) -> Vec<String> {
    let what = match what {
        What::Functions => "functions",
        What::Lines => "lines",
        What::Memory => "memory",
        What::Sample => "sample",
    };
    let mut arguments = vec![step.info().path(), what.to_owned(), stem.to_owned()];
    let sizes = &args.sizes;
    let mut add = |flag: &str, value: Option<String>| {
        arguments.extend(value.into_iter().flat_map(|value| [flag.to_owned(), value]));
    };
    add("--width", sizes.width.map(|value| value.to_string()));
    add("--height", sizes.height.map(|value| value.to_string()));
    add("--max-iterations", sizes.max_iterations.map(|value| value.to_string()));
    add("--threads", args.timing.threads.map(|value| value.to_string()));
    add("--repeat", args.timing.repeat.map(|value| value.to_string()));
    add(
        "--size",
        sizes
            .size
            .map(|(first, second)| second.map_or_else(|| first.to_string(), |second| format!("{first}x{second}"))),
    );
    if sizes.quick {
        arguments.push("--quick".to_owned());
    }
    arguments
}
