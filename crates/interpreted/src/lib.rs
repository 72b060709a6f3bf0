//! A small Python.

pub mod bytecode;
pub mod describe;
pub mod error;
pub mod heap;
mod list;
pub mod names;
pub mod native;
pub mod objects;
pub mod source;
pub mod state;
pub mod table;
pub mod types;
pub mod value;
