//! An expression compiler for arrays: what NumExpr is to NumPy, in Rust.
//!
//! NumPy computes `(a + b) * 2 + a * b` an operation at a time, each over whole arrays, and every intermediate array travels to memory and
//! back. Here the text is compiled once, to a few instructions for *blocks* of elements; all instructions run on one block before the next
//! block is touched, so that what is in between stays in the nearest cache.
//!
//! ```
//! use vectorised::compiler::{Array, Expression, Options, Type, Values};
//!
//! let program = Expression::parse("(a + b) * 2 + a * b")?.compile(&[("a", Type::Float), ("b", Type::Float)])?;
//! let (a, b) = ([1.0, 2.0, 3.0], [10.0, 20.0, 30.0]);
//! let answers = program.run(&[Array::new(&a, &[3])?, Array::new(&b, &[3])?], &Options::default())?;
//! assert_eq!(answers[0].values, Values::Float(vec![32.0, 84.0, 156.0]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The language
//!
//! | what | how |
//! |---|---|
//! | types | `bool`, `int` (`i64`), `float` (`f64`), `complex` (`Complex<f64>`); an operand is converted to the later type of the two |
//! | numbers | `2`, `2.5`, `1e-3`, `2j`, `True`, `False` |
//! | arithmetic | `+ - * / % **` and the sign; of bools as of the ints 0 and 1 |
//! | bits and logic | `& \| ^ ~` of two bools or two ints |
//! | comparisons | `< <= > >= == !=`, which give bools and do not chain |
//! | functions | `where(c, a, b)`, `abs`, `sqrt`, `exp`, `log`, `sin`, `cos`, `minimum`, `maximum`, `complex(re, im)`, `conj`, `.real`, `.imag` |
//! | reductions | `sum`, `prod`, `min`, `max` as the last operation, with `axis=1` or over everything |
//! | names | `t = a + b; t * t` gives a name to a part |
//! | results | `a + b, a - b` gives two |
//!
//! Precedence is Python's: `-a ** 2` is `-(a ** 2)`, and `a & b == c` is `(a & b) == c`.
//!
//! # What the bits are
//!
//! - Every operation of floats is rounded by itself, in the order of the text, never contracted: the answer is that of the plain Rust loop, bit
//!   for bit, with any block size and any number of threads. `exp`, `log`, `sin` and `cos` are those of `std`. Of a NaN it is not said which NaN.
//! - `x ** n` for the whole constants 1 to 4 is `x * x * ...` from left to right; else `powf`.
//! - `minimum` and `maximum` ignore a NaN beside a number, as `std` does (NumPy does not), and give the first of equals.
//! - Ints wrap. `a / b` of ints is rounded towards zero, as in NumExpr, and so is a power with a negative exponent; by zero both `/` and `%` give 0, as in NumExpr.
//!   `a % b` has the sign of `a`.
//! - The order of `sum` is fixed: see [`Program::run`].
//!
//! # How it works
//!
//! 1. `parse` reads the text into a list of nodes, each after its operands. No later pass recurses.
//! 2. `graph` gives types, converts, computes what is constant, and keeps one of each operation that stands there twice.
//! 3. `graph` then fuses pairs of float operations, such as `(a * b) + c`, where the first is needed by the second alone.
//! 4. `program` hands out registers and writes instructions; [`Program::disassemble`] shows them.
//! 5. `layout` broadcasts the shapes and cuts blocks; `machine` runs the instructions; `kernels` holds their loops.
//!
//! An operand that lies in memory one element after the other is read where it lies; one that stands still for the block is a scalar; any other
//! is gathered first. The last instruction writes into the result. Results too large for the caches go past them (`stream`).

mod array;
mod attempt;
mod cache;
mod error;
mod graph;
mod kernels;
mod layout;
mod machine;
mod operation;
mod parse;
mod program;
mod room;
mod run;
mod stream;

pub use array::{Answer, Array, ArrayError, Data, MAX_DIMENSIONS, Place, Shape, Values};
pub use attempt::try_text;
pub use cache::Caches;
pub use error::{CompileError, RunError};
pub use operation::Type;
pub use parse::{Expression, MAX_DEPTH, MAX_LENGTH};
pub use program::{MAX_REGISTERS, Program};
pub use run::{Options, REDUCTION_BLOCK, Runner, Stores};
