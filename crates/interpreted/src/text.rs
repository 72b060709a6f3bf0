//! Values as text: `repr`, `str`, `format`, `%` and `str.format`, to the letter as CPython writes them.

pub(crate) mod clock;
mod decimal;
mod fields;
mod format;
mod numbers;
mod percent;
mod printable;
mod quote;
mod representation;
mod specification;

pub use decimal::float;
pub use fields::format_method;
pub use format::format;
pub use numbers::{complex, integer};
pub use percent::percent;
pub(crate) use printable::is_printable;
pub use quote::quote;
pub use representation::{address, ascii, repr, str};

#[cfg(test)]
mod tests;
