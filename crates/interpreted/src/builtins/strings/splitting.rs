//! Taking strings apart and putting them together: `split`, `splitlines`, `join`.

use crate::describe::type_name;
use crate::error::Outcome;
use crate::iteration;
use crate::state::{Arguments, Machine};
use crate::value::Value;

use super::super::operands::{index_argument, small_argument};
use super::unicode::is_space;
use super::{own, require, text_argument};

/// `str.split(sep=None, maxsplit=-1)`
pub(in super::super) fn split(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    split_from(machine, arguments, false)
}

/// `str.rsplit(sep=None, maxsplit=-1)`
pub(in super::super) fn rsplit(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    split_from(machine, arguments, true)
}

fn split_from(machine: &mut Machine, arguments: Arguments<'_>, right: bool) -> Outcome<Value> {
    let text = own(machine, arguments);
    let most = match arguments.positional[2] {
        Value::Unbound => usize::MAX,
        value => usize::try_from(index_argument(machine, value)?).unwrap_or(usize::MAX),
    };
    let pieces: Vec<&str> = match arguments.positional[1] {
        Value::Unbound | Value::None if right => words_from_the_right(&text, most),
        Value::Unbound | Value::None => words(&text, most),
        separator => {
            let separator = text_argument(machine, separator, "must be str or None")?;
            if separator.is_empty() {
                return Err(machine.heap.value_error("empty separator"));
            }
            let most = most.saturating_add(1);
            if right {
                let mut pieces: Vec<&str> = text.rsplitn(most, &*separator).collect();
                pieces.reverse();
                return Ok(list(machine, &pieces));
            }
            let pieces: Vec<&str> = text.splitn(most, &*separator).collect();
            return Ok(list(machine, &pieces));
        }
    };
    Ok(list(machine, &pieces))
}

fn list(machine: &mut Machine, pieces: &[&str]) -> Value {
    let pieces: Vec<Value> = pieces.iter().map(|&piece| machine.heap.text(piece)).collect();
    machine.heap.list(pieces)
}

/// The words of a text; after so many what is left is one piece.
fn words(text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    while !rest.is_empty() && pieces.len() < most {
        let end = rest.find(is_space).unwrap_or(rest.len());
        pieces.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(is_space);
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

fn words_from_the_right(text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_end_matches(is_space);
    while !rest.is_empty() && pieces.len() < most {
        let start = rest.char_indices().rev().find(|&(_, character)| is_space(character));
        let start = start.map_or(0, |(offset, character)| offset + character.len_utf8());
        pieces.push(&rest[start..]);
        rest = rest[..start].trim_end_matches(is_space);
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces.reverse();
    pieces
}

/// `str.splitlines(keepends=False)`
pub(in super::super) fn splitlines(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let keep = match arguments.positional[1] {
        Value::Unbound => false,
        value => small_argument(machine, value)? != 0,
    };
    let text = own(machine, arguments);
    let mut pieces = Vec::new();
    let mut rest = &*text;
    while !rest.is_empty() {
        let (line, length) = match rest.find(ends_line) {
            Some(end) => {
                let ending = &rest[end..];
                let wide = ending.chars().next().map_or(0, char::len_utf8);
                (end, end + if ending.starts_with("\r\n") { 2 } else { wide })
            }
            None => (rest.len(), rest.len()),
        };
        pieces.push(&rest[..if keep { length } else { line }]);
        rest = &rest[length..];
    }
    Ok(list(machine, &pieces))
}

fn ends_line(character: char) -> bool {
    matches!(character, '\n'..='\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// `str.join(iterable)`
pub(in super::super) fn join(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let separator = own(machine, arguments);
    let iterable = arguments.positional[1];
    if iteration::iterator(machine, iterable).is_err() {
        return Err(machine.heap.type_error("can only join an iterable"));
    }
    let pieces = iteration::collect(machine, iterable)?;
    let mut bytes = 0;
    for (index, &piece) in pieces.iter().enumerate() {
        match piece {
            Value::Str(text) => bytes += (machine.heap[text].as_str().len() + separator.len()) as u128,
            _ => {
                let name = type_name(&machine.heap, piece);
                let text = format!("sequence item {index}: expected str instance, {name} found");
                return Err(machine.heap.type_error(text));
            }
        }
    }
    if let [only] = *pieces {
        return Ok(only);
    }
    require(machine, bytes)?;
    let mut joined = String::with_capacity(bytes as usize);
    for (index, &piece) in pieces.iter().enumerate() {
        if index > 0 {
            joined.push_str(&separator);
        }
        if let Value::Str(text) = piece {
            joined.push_str(machine.heap[text].as_str());
        }
    }
    Ok(machine.heap.text(joined))
}
