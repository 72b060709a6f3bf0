//! Prepares the pages of the book for a browser. `mdbook build docs` calls the program of this crate, as `docs/book.toml` says.
//!
//! The pages are written for people who read Markdown, and include the sources and the results as they are. For a browser
//!
//! - the block at the head of a page becomes a box (`glance`);
//! - the doc comments of a listing become text above it, and a listing says how wide it is, so that the style sheet can make it fit
//!   (`listing`);
//! - what a table was measured on is said once a page (`provenance`);
//! - plots stand in the page itself, so that they have the colours of its theme, and a flame graph can be clicked (`picture`,
//!   `flames`).
//!
//! It is a crate of its own, with hardly a dependency, and no part of the `course` command: whoever builds the book first would
//! wait for all crates of the course.

mod book;
mod flames;
mod glance;
mod listing;
mod page;
mod picture;
mod provenance;

pub use book::{Failure, prepared};
pub use page::rewritten;
