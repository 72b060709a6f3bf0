//! A small Python.

pub mod bytecode;
pub mod describe;
pub mod error;
#[cfg(test)]
mod expressions;
pub mod heap;
mod list;
pub mod modules;
pub mod names;
pub mod objects;
pub mod source;
pub mod state;
pub mod table;
pub mod text;
pub mod value;
