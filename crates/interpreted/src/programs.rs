//! The tutorials' programs, and how a step of a ladder calls one.

use std::io;

use validation::StepError;

use crate::machine::{Engine, Failure, Interpreter};
use crate::source::SourceFile;

/// A file of Python that lies beside this crate's sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// The path from the workspace's root down.
    pub file: &'static str,
    /// The text.
    pub text: &'static str,
}

/// A [`Program`] by its path below `programs/`.
macro_rules! program {
    ($path:literal) => {
        $crate::programs::Program {
            file: concat!("crates/interpreted/programs/", $path),
            text: include_str!(concat!("../programs/", $path)),
        }
    };
}

/// The Mandelbrot set with complex numbers in lists: the tutorial's `pure_python.py`.
pub const PURE_PYTHON: Program = program!("mandelbrot/pure_python.py");
/// The same, each number read from its list once: the tutorial's `pure_python_2.py`.
pub const PURE_PYTHON_2: Program = program!("mandelbrot/pure_python_2.py");
/// The same with real and imaginary parts.
pub const EXPANDED: Program = program!("mandelbrot/expanded.py");
/// The book's particles, each an object.
pub const OBJECTS: Program = program!("particles/objects.py");

/// All programs.
pub const ALL: [Program; 4] = [PURE_PYTHON, PURE_PYTHON_2, EXPANDED, OBJECTS];

impl Program {
    /// The file as the parser takes it.
    ///
    /// # Errors
    /// As for any file; for these there is none.
    pub fn source(&self) -> Result<SourceFile, Failure> {
        SourceFile::new(self.file, self.text).map_err(Failure::Source)
    }

    /// An interpreter in which the body of the file has been executed as that of an imported module, so that its functions can be
    /// called. What they print is lost.
    pub(crate) fn imported(&self, engine: Engine) -> Result<Interpreter, StepError> {
        let mut interpreter = Interpreter::new(Box::new(io::sink()), vec![self.file.to_owned()]);
        interpreter.set_engine(engine);
        if let Some(why) = interpreter.compiled().unavailable {
            return Err(StepError::Unavailable(why));
        }
        let code = interpreter.load(self.source()?, "program").map_err(Failure::Source)?;
        interpreter.execute(code)?;
        Ok(interpreter)
    }
}

impl From<Failure> for StepError {
    fn from(failure: Failure) -> StepError {
        StepError::Failed(failure.to_string())
    }
}
