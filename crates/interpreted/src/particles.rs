//! The particle ladder: the book's objects, interpreted first, then compiled while they run.

use validation::particles::{Input, Output};
use validation::{Expected, Particles, Ready, Settings, Step, StepError, ready, step};

use crate::machine::{Engine, Failure, Interpreter};
use crate::mandelbrot::global;
use crate::programs::OBJECTS;
use crate::value::Value;

// ANCHOR: interpreted
/// Bytecode: each attribute of a particle is looked up by its name whenever it is used.
///
/// Mirrors the book's `ParticleSimulator.evolve` as CPython runs it. Look at the bytecode of one particle's move.
pub fn interpreted(input: &Input, _: &Settings) -> Ready<Particles> {
    evolve(input, Engine::Interpreted)
}
// ANCHOR_END: interpreted

// ANCHOR: observed
/// The loop becomes machine code, in which an attribute is a place in the object.
///
/// Mirrors the same method in PyPy. Look at the guards: that the particle is of the class that was seen, and its attributes numbers.
pub fn observed(input: &Input, _: &Settings) -> Ready<Particles> {
    evolve(input, Engine::observed())
}
// ANCHOR_END: observed

/// The steps in the order in which they are best read.
pub const STEPS: &[Step<Particles>] = &[
    step!(prepared interpreted, "objects, CPython", "bytecode, attributes looked up by name")
        .temporaries(objects)
        .program(OBJECTS.file, "ParticleSimulator.evolve"),
    step!(prepared observed, "objects, PyPy", "hot loops compiled while they run")
        .lesson(Expected::Faster)
        .temporaries(objects)
        .program(OBJECTS.file, "ParticleSimulator.evolve"),
];

/// The particles as objects.
fn objects(input: &Input) -> u64 {
    (input.particles() * 8 * size_of::<Value>()) as u64
}

/// The program's simulator. The objects are made before each run, within the clock: that is little beside the steps.
fn evolve(_: &Input, engine: Engine) -> Ready<Particles> {
    let mut interpreter = OBJECTS.imported(engine)?;
    let mut run = prepared(&mut interpreter)?;
    ready(1, move |input: &Input, output: &mut Output| run(&mut interpreter, input, output))
}

/// Looks the classes up. What makes the objects and calls the method is called with the same interpreter.
pub(crate) fn prepared(
    interpreter: &mut Interpreter,
) -> Result<impl FnMut(&mut Interpreter, &Input, &mut Output) -> Result<(), StepError> + use<>, StepError> {
    let particle = global(interpreter, "Particle")?;
    let simulator = global(interpreter, "ParticleSimulator")?;
    let function = interpreter.attribute(simulator, "evolve")?;
    Ok(move |interpreter: &mut Interpreter, input: &Input, output: &mut Output| {
        let kept = interpreter.kept();
        let result = (|| -> Result<(), Failure> {
            for ((&x, &y), &speed) in input.x.iter().zip(&input.y).zip(&input.speed) {
                let object = interpreter.call(particle, &[Value::Float(x), Value::Float(y), Value::Float(speed)])?;
                interpreter.keep(object);
            }
            let particles = interpreter.machine().roots[kept..].to_vec();
            let particles = interpreter.keep_list(particles);
            let object = interpreter.call(simulator, &[particles])?;
            interpreter.keep(object);
            interpreter.call(function, &[object, Value::Float(input.timestep), Value::Int(input.steps as i64)])?;
            Ok(())
        })();
        let written = result.map_err(StepError::from).and_then(|()| write(interpreter, kept, output));
        interpreter.keep_only(kept);
        written
    })
}

/// Writes where the kept particles are.
fn write(interpreter: &mut Interpreter, first: usize, output: &mut Output) -> Result<(), StepError> {
    let particles = interpreter.machine().roots[first..first + output.x.len()].to_vec();
    for (place, particle) in particles.into_iter().enumerate() {
        for (name, coordinates) in [("x", &mut output.x), ("y", &mut output.y)] {
            let Value::Float(coordinate) = interpreter.attribute(particle, name)? else {
                return Err(StepError::Failed(format!("the {name} of a particle is no float")));
            };
            coordinates[place] = coordinate;
        }
    }
    Ok(())
}
