//! A small Python.

pub mod bytecode;
pub mod describe;
pub mod error;
#[cfg(test)]
mod expressions;
pub mod heap;
pub mod iteration;
mod list;
pub mod modules;
pub mod names;
pub mod native;
pub mod objects;
pub mod operators;
pub mod source;
pub mod state;
pub mod table;
pub mod text;
pub mod types;
pub mod value;
