//! The expression compiler against a plain evaluator, bit for bit, and its parser against any text.

mod bounds;
mod listing;
mod parser;
mod plain;
mod reductions;
mod values;
