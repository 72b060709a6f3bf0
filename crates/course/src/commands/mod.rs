//! The command line of `cargo course`: its commands, and who answers them.

mod annotate;
mod cluster;
mod compare;
mod diff;
mod dis;
mod doctor;
mod draw;
mod engine;
mod list;
mod machine;
mod measured;
mod profile;
mod python;
mod record;
mod run;
mod scale;

use std::env;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use runner::{ChapterInfo, Failure, leave_out_the_screen, one_line, parse, printable_panics};

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
    List(list::ListArgs),
    /// Run steps of any crate, check and time them
    Run(run::RunArgs),
    /// Show two steps side by side and race them; or two whole files
    Diff(diff::DiffArgs),
    /// Run our steps and other people's programs in turn, in one run
    Compare(compare::CompareArgs),
    /// Run the best steps, and peers if asked for, at sizes from a cache to most of the memory
    Scale(scale::ScaleArgs),
    /// Run one step as often as a line comes in: what `scale` starts for each step and size
    #[command(hide = true)]
    Measured(measured::MeasuredArgs),
    /// List the machine code of a step, its source lines beside it; or count its instructions
    Dis(dis::DisArgs),
    /// Write the source of a step as a page: each line coloured by what it costs, its instructions one click away
    Annotate(annotate::AnnotateArgs),
    /// Show where the time of a step goes, by function or line, or what it does to the heap
    Profile(profile::ProfileArgs),
    /// Run a file of Python: bytecode, interpreted or compiled while it runs
    Python(python::PythonArgs),
    /// Start, show or end a server and engines for programs of other terminals and other machines
    Cluster(cluster::ClusterArgs),
    /// Work for a server: fetch the programs of its clients and run an engine of each, until it is interrupted
    Engine(engine::EngineArgs),
    /// Show what this machine is and what it allows
    Machine(machine::MachineArgs),
    /// Run a chapter and keep its results for the book
    Record(record::RecordArgs),
    /// Draw the pictures of ideas that the book shows, and the caches of this machine
    Draw(draw::DrawArgs),
    /// Show what this machine has and lacks for each chapter, and the command that mends it
    Doctor(doctor::DoctorArgs),
}

/// Runs the command that the arguments of this process name.
pub fn main() -> ExitCode {
    multiprocess::init();
    ::cluster::init();
    leave_out_the_screen();
    printable_panics();
    match dispatch() {
        Ok(status) => status,
        Err(failure) => failure.report(),
    }
}

fn dispatch() -> Result<ExitCode, Failure> {
    if let Some(said) = env::args().nth(1).as_deref().and_then(a_chapter) {
        return Err(Failure::Usage(said));
    }
    let matches = parse(Course::command(), env::args_os())?;
    let course = Course::from_arg_matches(&matches).map_err(|error| Failure::Usage(one_line(&error)))?;
    match course.command {
        Command::List(args) => list::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Scale(args) => scale::run(&args),
        Command::Measured(args) => measured::run(&args),
        Command::Dis(args) => dis::run(&args),
        Command::Annotate(args) => annotate::run(&args),
        Command::Profile(args) => profile::run(&args),
        Command::Python(args) => return python::run(&args),
        Command::Cluster(args) => cluster::run(args),
        Command::Engine(args) => engine::run(&args),
        Command::Machine(args) => machine::run(&args),
        Command::Record(args) => record::run(&args),
        Command::Draw(args) => draw::run(&args),
        Command::Doctor(args) => doctor::run(&args),
    }
    .map(|()| ExitCode::SUCCESS)
}

/// What is said of a chapter's name where a command should be: `cargo run chapter1` ends up here.
fn a_chapter(argument: &str) -> Option<String> {
    let number = argument.strip_prefix("chapter")?.parse().ok()?;
    let chapter = ChapterInfo::numbered(number)?;
    chapter.not_written().or_else(|| Some(format!("{argument} is an example: {}", chapter.command())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_is_no_command_and_its_command_is_told() {
        assert_eq!(a_chapter("chapter1").as_deref(), Some("chapter1 is an example: cargo run --example chapter1"));
        assert!(a_chapter("chapter12").is_some_and(|said| said.contains("is not written yet")));
        assert_eq!(["chapter99", "chapter", "diff"].map(a_chapter), [None, None, None]);
    }
}
