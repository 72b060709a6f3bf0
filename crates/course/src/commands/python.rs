//! `cargo course python`: a program of one's own, run by the small Python.

use std::cell::Cell;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use clap::{Args, ValueEnum};
use interpreted::machine::{Engine, Failure as Ended, Interpreter, Watch, Watched};
use interpreted::source::{ReadError, SourceFile};
use runner::units::grouped;
use runner::{Failure, Screen, plain_table};

#[derive(Args, Debug)]
pub(crate) struct PythonArgs {
    /// A file of Python 3
    file: PathBuf,
    /// What the program finds in sys.argv after its own name; words that begin with a dash after --
    arguments: Vec<String>,
    /// How it is executed
    #[arg(long, value_enum, default_value_t = EngineName::Observed)]
    engine: EngineName,
    /// Show the bytecode, and run nothing
    #[arg(long, conflicts_with_all = ["types", "profile", "time"])]
    dis: bool,
    /// Show after the run which loops were compiled, for which types, and where they were left
    #[arg(long, conflicts_with = "profile")]
    types: bool,
    /// Show after the run how often each function was called and where the time went; interprets everything
    #[arg(long)]
    profile: bool,
    /// Show after the run how long it took, translation and compilation apart
    #[arg(long)]
    time: bool,
}

/// How a program is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EngineName {
    /// Instruction by instruction, as CPython does it
    Interpreted,
    /// The same, and hot loops compiled for the types that are seen in them, as PyPy does it
    Observed,
}

/// Runs a program. The exit status is the program's own.
pub(super) fn run(args: &PythonArgs) -> Result<ExitCode, Failure> {
    let file = match SourceFile::read(&args.file) {
        Ok(file) => file,
        Err(ReadError::Open { path, error }) => {
            let why = error.to_string();
            let why = why.split(" (os error").next().unwrap_or_default();
            return Err(Failure::Usage(format!("can't open file '{path}': {why}")));
        }
        Err(ReadError::Text(error)) => return ended(&Ended::Source(error)),
    };
    let arguments = [args.file.display().to_string()].into_iter().chain(args.arguments.iter().cloned());
    let output = Output::default();
    let closed = output.closed.clone();
    let mut interpreter = Interpreter::new(Box::new(output), arguments.collect());
    interpreter.import_from(args.file.parent().unwrap_or(Path::new("")));
    interpreter.set_engine(match args.engine {
        EngineName::Observed if !args.profile => Engine::observed(),
        _ => Engine::Interpreted,
    });
    interpreter.interrupt_with(interrupts()?);
    let begun = Instant::now();
    let code = match interpreter.load(file, "__main__") {
        Ok(code) => code,
        Err(error) => return ended(&Ended::Source(error)),
    };
    let translated = begun.elapsed();
    let screen = Screen;
    if args.dis {
        screen.line(interpreter.listing(&code).trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.profile {
        interpreter.watch(Watched::Functions);
    }
    let begun = Instant::now();
    let outcome = interpreter.execute(code);
    let took = begun.elapsed();
    let status = match &outcome {
        _ if closed.get() => return Err(Failure::Closed),
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ended(failure)?,
    };
    if let Some(watch) = interpreter.watched() {
        screen.line(profile(&interpreter, watch))?;
    }
    if args.types {
        screen.line(interpreter.compiled().to_string().trim_end())?;
    }
    if args.time {
        let compiled = interpreter.compiled().time();
        screen.line(format!(
            "\ntranslation {:.3} ms, compilation {:.3} ms, execution {:.3} s",
            translated.as_secs_f64() * 1e3,
            compiled.as_secs_f64() * 1e3,
            (took - compiled.min(took)).as_secs_f64()
        ))?;
    }
    Ok(status)
}

/// The standard output: a terminal sees each line when it is printed, a file or a pipe gets larger parts.
struct Output {
    lines: bool,
    buffer: BufWriter<Stdout>,
    /// Nobody reads any more.
    closed: Rc<Cell<bool>>,
}

impl Default for Output {
    fn default() -> Self {
        Self { lines: stdout().is_terminal(), buffer: BufWriter::new(stdout()), closed: Rc::default() }
    }
}

impl Output {
    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| self.closed.set(error.kind() == io::ErrorKind::BrokenPipe))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.buffer.write(bytes);
        let written = self.note(written)?;
        if self.lines && bytes.contains(&b'\n') {
            self.flush()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.buffer.flush();
        self.note(flushed)
    }
}

/// A flag that is set when the user presses Ctrl-C.
fn interrupts() -> Result<&'static AtomicBool, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGINT, flag.clone())
        .map_err(|error| Failure::io("cannot listen to Ctrl-C", &error))?;
    // The handler lives as long as the process.
    let flag: &'static Arc<AtomicBool> = Box::leak(Box::new(flag));
    Ok(flag)
}

/// What Python says about a program that has not come to its end, and its exit status.
fn ended(failure: &Ended) -> Result<ExitCode, Failure> {
    match failure {
        Ended::Source(error) => {
            eprintln!("{}", error.to_string().trim_end());
            Ok(ExitCode::FAILURE)
        }
        Ended::Exception { traceback, status } => {
            eprint!("{traceback}");
            Ok(ExitCode::from(*status))
        }
    }
}

/// The table of functions: calls are counted, times are those of samples.
fn profile(interpreter: &Interpreter, watch: &Watch) -> String {
    let mut rows: Vec<_> = watch.functions.iter().filter(|(_, counts)| counts.calls > 0).collect();
    rows.sort_by_key(|(place, counts)| (std::cmp::Reverse((counts.own, counts.calls)), interpreter.place_name(**place)));
    let calls: u64 = rows.iter().map(|(_, counts)| counts.calls).sum();
    let shown: Vec<_> = rows
        .iter()
        .map(|(place, counts)| {
            let seconds = |time: std::time::Duration| format!("{:.3}", time.as_secs_f64());
            [counts.calls.to_string(), seconds(counts.own), seconds(counts.total), interpreter.place_name(**place)]
        })
        .collect();
    let table = plain_table(&["ncalls", "tottime", "cumtime", "filename:lineno(function)"], &shown, &[3]);
    format!("\n{} function calls; calls are counted, seconds are those of samples\n\n{table}", grouped(calls))
}
