//! Which loops have become machine code, for which types, and where it was entered and left.

use interpreted::machine::{Engine, Interpreter};
use interpreted::programs::{EXPANDED, PURE_PYTHON, PURE_PYTHON_2, Program};
use runner::{Failure, Part, Stop};
use validation::Mandelbrot;

use super::picture::{Picture, check, points};

/// A program in which something changes while it runs.
const SURPRISES: Program = Program { file: "examples/chapter4/surprises.py", text: include_str!("surprises.py") };

/// Shows what became of the loops of the three programs.
pub(crate) fn machine_code(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("The loops that were compiled", |part| {
        let input = part.input::<Mandelbrot>()?;
        for program in [PURE_PYTHON, PURE_PYTHON_2, EXPANDED] {
            let mut picture = Picture::new(program, Engine::observed(), &points(&input), input.max_iterations)?;
            let (counts, _) = picture.run()?;
            check(part, &input, &counts)?;
            show(part, program, &picture.interpreter)?;
        }
        Ok(())
    })
}

/// Shows what becomes of a loop whose types are not always the same.
pub(crate) fn surprises(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Loops in which something changes", |part| {
        let mut interpreter = Interpreter::new(Box::new(std::io::sink()), vec![SURPRISES.file.to_owned()]);
        interpreter.set_engine(Engine::observed());
        interpreter.run(SURPRISES.source()?)?;
        show(part, SURPRISES, &interpreter)
    })
}

fn show(part: &mut Part<'_>, program: Program, interpreter: &Interpreter) -> Result<(), Stop> {
    let name = program.file.rsplit('/').next().unwrap_or(program.file);
    part.line("")?;
    let text = format!("{}\n{}", program.file, interpreter.compiled());
    Ok(part.text(&format!("compiled-{}", name.trim_end_matches(".py")), &text)?)
}
