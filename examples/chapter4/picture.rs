//! The function `calculate_z` of a program, with the points that it is called for.

use std::io;
use std::time::{Duration, Instant};

use interpreted::machine::{self, Engine, Interpreter};
use interpreted::programs::Program;
use interpreted::value::Value;
use runner::{Failure, Part, Stop};
use validation::mandelbrot::Input;
use validation::{Mandelbrot, Precision, Problem, StepError};

/// A program, ready to be called.
pub(crate) struct Picture {
    /// The interpreter, in which the file has been loaded.
    pub(crate) interpreter: Interpreter,
    function: Value,
    q: Value,
    points: usize,
    max_iterations: u32,
}

impl Picture {
    /// Loads a program. A point is its real and its imaginary part.
    pub(crate) fn new(
        program: Program,
        engine: Engine,
        points: &[(f64, f64)],
        max_iterations: u32,
    ) -> Result<Self, StepError> {
        let mut interpreter = loaded(program, engine)?;
        let function = interpreter.global("calculate_z");
        let function = function.ok_or_else(|| StepError::Failed("the program has no calculate_z".to_owned()))?;
        let q = interpreter.keep_list(points.iter().map(|&(x, y)| Value::Complex(x, y)).collect());
        Ok(Self { interpreter, function, q, points: points.len(), max_iterations })
    }

    /// Calls the function once: the counts, and how long it took.
    pub(crate) fn run(&mut self) -> Result<(Vec<u32>, Duration), StepError> {
        let kept = self.interpreter.kept();
        let z = self.interpreter.keep_list(vec![Value::Complex(0.0, 0.0); self.points]);
        let begun = Instant::now();
        let arguments = [self.q, Value::Int(i64::from(self.max_iterations)), z];
        let output = self.interpreter.call(self.function, &arguments)?;
        let time = begun.elapsed();
        self.interpreter.keep_only(kept);
        let wrong = || StepError::Failed("calculate_z gives something else than a list of counts".to_owned());
        let Value::List(list) = output else { return Err(wrong()) };
        let counts = self.interpreter.machine().heap[list].iter().map(|value| match value {
            Value::Int(count) => u32::try_from(*count).map_err(|_| wrong()),
            _ => Err(wrong()),
        });
        Ok((counts.collect::<Result<_, _>>()?, time))
    }
}

/// An interpreter in which the body of a file has been executed, as that of an imported module.
pub(crate) fn loaded(program: Program, engine: Engine) -> Result<Interpreter, StepError> {
    let mut interpreter = Interpreter::new(Box::new(io::sink()), vec![program.file.to_owned()]);
    interpreter.set_engine(engine);
    let code = interpreter.load(program.source()?, "program").map_err(machine::Failure::Source)?;
    interpreter.execute(code)?;
    Ok(interpreter)
}

/// The points of a picture.
pub(crate) fn points(input: &Input) -> Vec<(f64, f64)> {
    input.q().iter().map(|point| (point.re, point.im)).collect()
}

/// A wrong answer ends the part.
pub(crate) fn check(part: &Part<'_>, input: &Input, counts: &Vec<u32>) -> Result<(), Stop> {
    Mandelbrot::verify(input, counts, Precision::Exact).map(drop).or_else(|mismatch| {
        part.line(mismatch)?;
        Err(Failure::Wrong.into())
    })
}
