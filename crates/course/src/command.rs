//! The command line of `cargo course`: its commands, their arguments, and who answers them.

use std::env;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use runner::{Failure, SizeArgs, TimingArgs, leave_out_the_screen, one_line, parse, printable_panics};

use crate::profiled::What;
use crate::{compare, doctor, list, machine, machine_code, profile, record, run, show};

/// High Performance Rust: the course's own command.
#[derive(Debug, Parser)]
#[command(name = "course", bin_name = "cargo course", version)]
struct Course {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List every step of every problem: its crate, file and line, what is new in it, what it mirrors
    List(ListArgs),
    /// Run steps of any crate, check and time them
    Run(RunArgs),
    /// Show two steps side by side and race them; or two whole files
    Diff(DiffArgs),
    /// Run our steps and other people's programs in turn, in one run
    Compare(CompareArgs),
    /// List the machine code of a step, its source lines beside it; or count its instructions
    Dis(DisArgs),
    /// Write the source of a step as a page: each line coloured by what it costs, its instructions one click away
    Annotate(AnnotateArgs),
    /// Show where the time of a step goes, by function or line, or what it does to the heap
    Profile(ProfileArgs),
    /// Show what this machine is and what it allows
    Machine(MachineArgs),
    /// Run a chapter and keep its results for the book
    Record(RecordArgs),
    /// Show what this machine has and lacks for each chapter, and the command that mends it
    Doctor,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// List only this problem
    #[arg(long, value_name = "P")]
    pub(crate) problem: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// Steps: kernels::mandelbrot::naive, mandelbrot::naive, or naive wherever there is one
    #[arg(required = true, value_name = "STEP")]
    pub(crate) steps: Vec<String>,
    #[command(flatten)]
    pub(crate) sizes: SizeArgs,
    #[command(flatten)]
    pub(crate) timing: TimingArgs,
    /// Write the results to this file, as a JSON array with one object for each step
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// A step (kernels::mandelbrot::naive) or a file of a crate (kernels::mandelbrot)
    pub(crate) a: String,
    /// Another one
    pub(crate) b: String,
    /// Show the lines below each other instead of side by side
    #[arg(long, conflicts_with = "columns")]
    pub(crate) unified: bool,
    /// Columns to fit into [default: those of the terminal]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(80..=200))]
    pub(crate) columns: Option<u16>,
    /// Only show, do not race
    #[arg(long)]
    pub(crate) no_race: bool,
    /// Show too how many instructions of each kind there are before and after
    #[arg(long)]
    pub(crate) asm: bool,
    #[command(flatten)]
    pub(crate) sizes: SizeArgs,
    #[command(flatten)]
    pub(crate) timing: TimingArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CompareArgs {
    /// The problem [default: every problem that has peers]
    pub(crate) problem: Option<String>,
    /// Only these of our steps [default: all]
    #[arg(long, value_name = "S,S", value_delimiter = ',')]
    pub(crate) steps: Vec<String>,
    /// Only peers whose name has one of these in it: g++, numba, ... [default: all]
    #[arg(long, value_name = "P,P", value_delimiter = ',')]
    pub(crate) peers: Vec<String>,
    /// The step or peer that the others are divided by [default: our last step that does the problem's own work]
    #[arg(long, value_name = "NAME")]
    pub(crate) base: Option<String>,
    /// Rounds; in each, everybody runs once [default: 9; 2 for a program that takes more than a second]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: Option<u32>,
    #[command(flatten)]
    pub(crate) sizes: SizeArgs,
    /// Threads of the steps that have several [default: one for each core]
    #[arg(long, value_name = "T", allow_negative_numbers = true, value_parser = runner::threads)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Write the results to this file, as a JSON array with one object for each step and peer
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Keep the results for the book, in docs/results, as compare-P or as this name
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "", value_parser = file_name)]
    pub(crate) record: Option<String>,
}

/// The name of a file without its folder and its ending; or nothing.
fn file_name(text: &str) -> Result<String, String> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if text.chars().all(allowed) { Ok(text.to_owned()) } else { Err("letters, digits, - and _ make a name".to_owned()) }
}

#[derive(Args, Debug)]
pub(crate) struct DisArgs {
    /// A step (kernels::mandelbrot::naive), or any function of the program
    pub(crate) step: String,
    /// Count the instructions by kind: packed, scalar, moves, branches, calls, loads, stores
    #[arg(long)]
    pub(crate) count: bool,
    /// Leave out the source lines
    #[arg(long, conflicts_with = "count")]
    pub(crate) no_sources: bool,
    /// Show the address of each instruction
    #[arg(long, conflicts_with = "count")]
    pub(crate) addresses: bool,
}

#[derive(Args, Debug)]
pub(crate) struct AnnotateArgs {
    /// A step (kernels::mandelbrot::naive) or a file of a crate (kernels::mandelbrot)
    pub(crate) step: String,
    /// Show the page in a browser
    #[arg(long)]
    pub(crate) open: bool,
    /// Write the page to this folder [default: target/course in the workspace]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("what"))]
pub(crate) struct ProfileArgs {
    /// A step: kernels::mandelbrot::naive
    pub(crate) step: String,
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
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sizes: SizeArgs,
    #[command(flatten)]
    pub(crate) timing: TimingArgs,
}

impl ProfileArgs {
    /// What is asked for.
    pub(crate) fn what(&self) -> What {
        match self {
            Self { functions: true, .. } => What::Functions,
            Self { lines: true, .. } => What::Lines,
            Self { memory: true, .. } => What::Memory,
            _ => What::Sample,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct MachineArgs {
    /// Only describe, do not measure
    #[arg(long)]
    pub(crate) no_limits: bool,
}

#[derive(Args, Debug)]
pub(crate) struct RecordArgs {
    /// The chapter's number
    pub(crate) chapter: u32,
    /// Arguments for the chapter, after --
    #[arg(last = true)]
    pub(crate) arguments: Vec<String>,
}

/// Runs the command that the arguments of this process name.
pub fn main() -> ExitCode {
    multiprocess::init();
    leave_out_the_screen();
    printable_panics();
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn dispatch() -> Result<(), Failure> {
    let matches = parse(Course::command(), env::args_os())?;
    let course = Course::from_arg_matches(&matches).map_err(|error| Failure::Usage(one_line(&error)))?;
    match course.command {
        Command::List(args) => list::list(&args),
        Command::Run(args) => run::run(&args),
        Command::Diff(args) => show::diff(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Dis(args) => machine_code::dis(&args),
        Command::Annotate(args) => machine_code::annotate(&args),
        Command::Profile(args) => profile::profile(&args),
        Command::Machine(args) => machine::machine(&args),
        Command::Record(args) => record::record(&args),
        Command::Doctor => doctor::doctor(),
    }
}
