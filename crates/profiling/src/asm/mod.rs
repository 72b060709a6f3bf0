//! Machine code: listings of functions, counts of their instructions, and sources annotated with what they cost.
//!
//! | Python | here |
//! |---|---|
//! | `dis.dis(function)` | [`dis`], [`Image::dis`]: a [`Listing`] with source lines, labels, loops and the names of what is called |
//! | bytecodes counted before and after | [`Listing::counts`], [`Counts::difference`] |
//! | `cython -a` | [`Image::annotate`]: [`Annotated::html`] is the page |
//!
//! An [`Image`] is an executable: the running program or a file. It has to keep its symbols; lines need
//! `debug = "line-tables-only"` or more. Listings are made of x86-64 code and, with the feature `capstone`, of aarch64 code, in ELF
//! files (Linux); Mach-O files are read with the `.dSYM` bundle beside them. Other processors get [`Error::Unavailable`].
//!
//! # How it finds what it shows
//!
//! - Calls through a slot that the loader fills (`call [hypot]`) are named by the relocation of the slot, calls through the procedure linkage table by
//!   the jump that stands there, and calls through a register by following what is loaded into it on every way to the call.
//! - Loops are sets of blocks that reach each other, so the order of the blocks in memory does not matter. Jump tables are followed.
//! - A bounds check is the jump that leads to a panic about an index, not the call that panics: the jump is what each round pays for.
//! - The hottest loop is a guess from the shape of the code: see [`Listing::hottest_loop`]. To know it, sample the program.
//! - A source that has been changed since the program was built is told from one that has not by its time; what is shown of it begins with
//!   a line that says so. Build the program again, as `cargo run` does, and the lines are right.
//! - The score of a line, by [`WEIGHTS`], is no time. A white line may still be slow, for example waiting for memory.
//!
//! ```
//! use profiling::asm::{Image, Selection};
//!
//! #[inline(never)]
//! fn tenth(values: &[u32]) -> u32 {
//!     values[9]
//! }
//!
//! assert_eq!(std::hint::black_box(tenth)(&[7; 10]), 7);
//! # if cfg!(target_arch = "x86_64") {
//! let image = Image::of_this_program()?;
//! let counts = image.dis("tenth")?.counts();
//! assert_eq!(counts.whole.bounds_checks, 1);
//! println!("{counts}");
//!
//! // A program built with line tables has a page for each of its files.
//! if image.has_lines() {
//!     match image.annotate(&Selection::file("src/tenth.rs").lines(4..=6)) {
//!         Ok(annotated) => println!("{}", annotated.html()),
//!         Err(error) => println!("{error}"),
//!     }
//! }
//! # }
//! # Ok::<(), profiling::asm::Error>(())
//! ```

#[cfg(feature = "capstone")]
mod aarch64;
mod annotate;
mod built;
mod count;
mod dis;
mod error;
mod flow;
mod function;
mod generated;
mod html;
mod image;
mod instruction;
mod lines;
mod listing;
mod marks;
mod names;
mod x86;

pub use annotate::{Annotated, AnnotatedFunction, AnnotatedLine, Cost, PER_LOOP, Part, Selection, WEIGHTS, Weights};
pub use built::is_changed;
pub use count::{Count, Counts, CountsDifference, Difference};
pub use dis::dis;
pub use error::Error;
pub use function::{Frame, Function};
pub use generated::Generated;
pub use html::{Highlighter, escaped};
pub use image::Image;
pub use instruction::{Callee, Class, Guard, Instruction, Line, Purpose};
pub use listing::{Layout, Listing, Loop};
