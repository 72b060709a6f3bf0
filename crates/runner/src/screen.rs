use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Why a program ends before its end.
#[derive(Debug)]
pub enum Failure {
    /// A bad argument: one line, exit status 2.
    Usage(String),
    /// A file that cannot be written or read, or a program that cannot be started: one line, exit status 1.
    Io(String),
    /// A wrong answer, already shown: exit status 1.
    Wrong,
    /// Nobody reads the output any more: a quiet end.
    Closed,
}

impl Failure {
    /// An error of the file system with what was tried.
    pub fn io(tried: impl fmt::Display, error: &io::Error) -> Self {
        Self::Io(format!("{tried}: {error}"))
    }

    /// Tells the person and gives the exit status.
    pub fn report(&self) -> ExitCode {
        match self {
            Self::Usage(message) => {
                tell(message);
                ExitCode::from(2)
            }
            Self::Io(message) => {
                tell(message);
                ExitCode::FAILURE
            }
            Self::Wrong => ExitCode::FAILURE,
            Self::Closed => ExitCode::SUCCESS,
        }
    }
}

/// One line on standard error. When nobody reads that either, there is nobody left to tell.
fn tell(message: &str) {
    let _ = writeln!(io::stderr(), "error: {message}");
}

/// Standard output, with a closed pipe told from other errors.
#[derive(Debug, Default)]
pub struct Screen;

impl Screen {
    /// Prints one line.
    ///
    /// # Errors
    /// [`Failure::Closed`] when nobody reads any more, [`Failure::Io`] when the output cannot be written.
    pub fn line(&self, text: impl fmt::Display) -> Result<(), Failure> {
        let mut output = anstream::stdout().lock();
        match writeln!(output, "{text}").and_then(|()| output.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::Closed),
            Err(error) => Err(Failure::io("cannot write to standard output", &error)),
        }
    }
}
