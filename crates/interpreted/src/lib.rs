//! A small Python: the tutorials' programs as files, executed as bytecode, and compiled to machine code while they run.
//!
//! A dynamic language looks at the type of a value whenever it does something with it. The steps of this crate run the same files of
//! Python in two ways. First as CPython runs them: a file becomes a tree ([`source`]), the tree becomes instructions for a stack machine
//! ([`compile`], [`bytecode`]), and the interpreter ([`machine`]) executes them one by one, on values that carry their types along
//! ([`value`]). Then with a compiler beside it ([`native`]), which writes down the types that are seen in a loop that runs often
//! ([`types`]), makes machine code that is right for them, tests what it assumes, and returns to the interpreter where that is not so.
//!
//! What a student can look at: the bytecode of a function ([`listing`]), how often each line was executed and each function called
//! ([`machine::Watch`]), what became of each loop ([`machine::Compiled`]), and what a comparison costs whose root is not needed
//! ([`machine::Engine::Observed`]). Threads of the interpreter share a lock as CPython's do ([`machine::GlobalLock`]), or do not.
//!
//! ```
//! use interpreted::machine::{Engine, Interpreter};
//! use interpreted::source::SourceFile;
//! use interpreted::value::Value;
//!
//! let text = "total = 0\nfor i in range(5000):\n    total = total + i\n";
//! let mut interpreter = Interpreter::new(Box::new(std::io::sink()), vec!["sum.py".to_owned()]);
//! interpreter.set_engine(Engine::observed());
//! interpreter.run(SourceFile::new("sum.py", text).expect("it is short"))?;
//! assert!(matches!(interpreter.global("total"), Some(Value::Int(12_497_500))));
//! # Ok::<(), interpreted::machine::Failure>(())
//! ```

pub mod builtins;
pub mod bytecode;
pub mod compile;
pub mod describe;
mod digits;
pub mod error;
#[cfg(test)]
mod expressions;
pub mod heap;
pub mod inspect;
pub mod iteration;
pub mod library;
mod list;
pub mod listing;
pub mod machine;
pub mod mandelbrot;
pub mod modules;
pub mod names;
pub mod native;
pub mod objects;
pub mod operators;
pub mod particles;
pub mod programs;
pub mod source;
pub mod state;
pub mod table;
pub mod text;
pub mod types;
pub mod value;

use validation::{Ladder, ladder};

/// The steps of this crate, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![ladder(mandelbrot::STEPS), ladder(particles::STEPS)]
}
