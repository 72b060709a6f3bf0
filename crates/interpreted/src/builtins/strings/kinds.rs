//! What characters a string consists of: `isalpha`, `isdigit` and their relatives.

use crate::error::Outcome;
use crate::state::{Arguments, Machine};
use crate::text::is_printable;
use crate::value::Value;

use super::own;
use super::unicode::{begins_identifier, continues_identifier, is_decimal, is_digit, is_letter, is_numeric, is_space};

fn all(machine: &mut Machine, arguments: Arguments<'_>, holds: impl Fn(char) -> bool) -> Outcome<Value> {
    let text = own(machine, arguments);
    Ok(Value::Bool(!text.is_empty() && text.chars().all(holds)))
}

/// `str.isalpha()`
pub(in super::super) fn isalpha(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    all(machine, arguments, is_letter)
}

/// `str.isalnum()`
pub(in super::super) fn isalnum(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    all(machine, arguments, |character| is_letter(character) || is_numeric(character))
}

/// `str.isdecimal()`
pub(in super::super) fn isdecimal(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    all(machine, arguments, is_decimal)
}

/// `str.isdigit()`
pub(in super::super) fn isdigit(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    all(machine, arguments, is_digit)
}

/// `str.isnumeric()`
pub(in super::super) fn isnumeric(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    all(machine, arguments, is_numeric)
}

/// `str.isspace()`
pub(in super::super) fn isspace(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    all(machine, arguments, is_space)
}

/// `str.isascii()`
pub(in super::super) fn isascii(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(Value::Bool(own(machine, arguments).is_ascii()))
}

/// `str.isprintable()`
pub(in super::super) fn isprintable(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(Value::Bool(own(machine, arguments).chars().all(is_printable)))
}

/// `str.isidentifier()`
pub(in super::super) fn isidentifier(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let mut characters = text.chars();
    let begins = characters.next().is_some_and(begins_identifier);
    Ok(Value::Bool(begins && characters.all(continues_identifier)))
}
