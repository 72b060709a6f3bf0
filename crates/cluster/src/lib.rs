//! More machines: ranks that move together.

pub mod ranks;
