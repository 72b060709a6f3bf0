//! A small Python.

pub mod bytecode;
pub mod compile;
pub mod describe;
pub mod error;
pub mod heap;
mod list;
pub mod listing;
pub mod names;
pub mod objects;
pub mod source;
pub mod state;
pub mod table;
pub mod value;
