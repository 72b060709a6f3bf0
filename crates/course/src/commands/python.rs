//! `cargo course python`: a program of one's own, run by the small Python.

use std::cell::Cell;
use std::env;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use clap::{Args, ValueEnum};
use interpreted::machine::{Engine, Failure as Ended, INTERRUPTED, Interpreter, Watched};
use interpreted::source::{ReadError, SourceFile};
use runner::{Failure, Screen};

use crate::interrupts::interrupts;
use crate::python_code::function_table;

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
    // As in CPython messages name the file in full; the program finds its name in sys.argv as it was given.
    let path = env::current_dir().unwrap_or_default().join(&args.file);
    let file = match SourceFile::read(&path) {
        Ok(file) => file,
        Err(ReadError::Open { path, .. }) if Path::new(&path).is_dir() => {
            return Err(Failure::Io(format!("can't find '__main__' module in '{path}'")));
        }
        Err(error @ ReadError::Open { .. }) => return Err(Failure::Usage(error.to_string())),
        Err(ReadError::Text(error)) => return ended(&Ended::Source(error)),
    };
    let arguments = [args.file.display().to_string()].into_iter().chain(args.arguments.iter().cloned());
    let output = Output::default();
    let closed = output.closed.clone();
    let mut interpreter = Interpreter::new(Box::new(output), arguments.collect());
    interpreter.import_from(path.parent().unwrap_or(Path::new("")));
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
        return screen.line(interpreter.listing(&code).trim_end()).map(|()| ExitCode::SUCCESS);
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
        screen.line(function_table(&interpreter, watch))?;
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
    end_by_signal(&outcome);
    Ok(status)
}

/// Ends the process as Ctrl-C would have, if that has ended the program, so that its parent process learns of that.
fn end_by_signal(outcome: &Result<(), Ended>) {
    // A status of one's own choice comes without a traceback.
    if let Err(Ended::Exception { traceback, status: INTERRUPTED }) = outcome
        && !traceback.is_empty()
    {
        // Where it does not end the process, the status says as much.
        let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGINT);
    }
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

/// What Python says about a program that has not come to its end, and its exit status.
fn ended(failure: &Ended) -> Result<ExitCode, Failure> {
    match failure {
        Ended::Source(error) => {
            tell(&format!("{}\n", error.to_string().trim_end()));
            Ok(ExitCode::FAILURE)
        }
        Ended::Exception { traceback, status } => {
            tell(traceback);
            Ok(ExitCode::from(*status))
        }
    }
}

/// Writes to standard error. When nobody reads that, there is nobody left to tell.
fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
