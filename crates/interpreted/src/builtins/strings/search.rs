//! Looking for a string in another one: `find`, `count`, `replace`, `startswith`, `partition` and their relatives.

use std::ops::Range;

use crate::error::Outcome;
use crate::state::{Arguments, Machine};
use crate::value::Value;

use super::super::operands::{index_argument, slice_bound};
use super::{overflow, own, require, same_or_new, text_argument};

/// The offset of a character, which may be the one behind the last.
pub(super) fn offset(text: &str, characters: usize) -> usize {
    if text.is_ascii() {
        return characters.min(text.len());
    }
    text.char_indices().nth(characters).map_or(text.len(), |(offset, _)| offset)
}

/// The part of the text that the arguments after the second name, in bytes; none when it begins behind the end.
fn part(machine: &mut Machine, text: &str, arguments: Arguments<'_>) -> Outcome<Option<Range<usize>>> {
    let &[_, _, start, stop] = arguments.positional else { return Ok(Some(0..text.len())) };
    let length = text.chars().count();
    let start = slice_bound(machine, start, length, 0)?;
    let stop = slice_bound(machine, stop, length, length)?.min(length);
    Ok((start <= stop).then(|| offset(text, start)..offset(text, stop)))
}

/// The place of the first or last occurrence, in characters.
fn locate(machine: &mut Machine, arguments: Arguments<'_>, last: bool) -> Outcome<Option<i64>> {
    let text = own(machine, arguments);
    let wanted = text_argument(machine, arguments.positional[1], "must be str")?;
    let Some(part) = part(machine, &text, arguments)? else { return Ok(None) };
    let within = &text[part.clone()];
    let found = if last { within.rfind(&*wanted) } else { within.find(&*wanted) };
    Ok(found.map(|found| text[..part.start + found].chars().count() as i64))
}

/// `str.find(sub, start, end)`
pub(in super::super) fn find(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(Value::Int(locate(machine, arguments, false)?.unwrap_or(-1)))
}

/// `str.rfind(sub, start, end)`
pub(in super::super) fn rfind(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(Value::Int(locate(machine, arguments, true)?.unwrap_or(-1)))
}

/// `str.index(sub, start, end)`
pub(in super::super) fn index(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let found = locate(machine, arguments, false)?;
    found.map(Value::Int).ok_or_else(|| machine.heap.value_error("substring not found"))
}

/// `str.rindex(sub, start, end)`
pub(in super::super) fn rindex(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let found = locate(machine, arguments, true)?;
    found.map(Value::Int).ok_or_else(|| machine.heap.value_error("substring not found"))
}

/// `str.count(sub, start, end)`
pub(in super::super) fn count(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let wanted = text_argument(machine, arguments.positional[1], "must be str")?;
    let count = part(machine, &text, arguments)?.map_or(0, |part| text[part].matches(&*wanted).count());
    Ok(Value::Int(count as i64))
}

/// `str.startswith(prefix, start, end)`
pub(in super::super) fn startswith(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    has_end(machine, arguments, "startswith", |text, end| text.starts_with(end))
}

/// `str.endswith(suffix, start, end)`
pub(in super::super) fn endswith(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    has_end(machine, arguments, "endswith", |text, end| text.ends_with(end))
}

fn has_end(
    machine: &mut Machine,
    arguments: Arguments<'_>,
    name: &str,
    holds: impl Fn(&str, &str) -> bool,
) -> Outcome<Value> {
    let text = own(machine, arguments);
    let part = part(machine, &text, arguments)?;
    let within = part.map(|part| &text[part]);
    let ends = match arguments.positional[1] {
        Value::Tuple(ends) => {
            let ends = machine.heap[ends].0.clone();
            for &end in &ends {
                let end = text_argument(machine, end, &format!("tuple for {name} must only contain str"))?;
                if within.is_some_and(|within| holds(within, &end)) {
                    return Ok(Value::Bool(true));
                }
            }
            return Ok(Value::Bool(false));
        }
        end => text_argument(machine, end, &format!("{name} first arg must be str or a tuple of str"))?,
    };
    Ok(Value::Bool(within.is_some_and(|within| holds(within, &ends))))
}

/// `str.removeprefix(prefix)`
pub(in super::super) fn removeprefix(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let prefix = text_argument(machine, arguments.positional[1], "removeprefix() argument must be str")?;
    Ok(same_or_new(machine, arguments, text.strip_prefix(&*prefix).unwrap_or(&text)))
}

/// `str.removesuffix(suffix)`
pub(in super::super) fn removesuffix(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let suffix = text_argument(machine, arguments.positional[1], "removesuffix() argument must be str")?;
    Ok(same_or_new(machine, arguments, text.strip_suffix(&*suffix).unwrap_or(&text)))
}

/// `str.replace(old, new, count=-1)`
pub(in super::super) fn replace(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let old = text_argument(machine, arguments.positional[1], "replace() argument 1 must be str")?;
    let new = text_argument(machine, arguments.positional[2], "replace() argument 2 must be str")?;
    let most = match arguments.positional[3] {
        Value::Unbound => usize::MAX,
        value => usize::try_from(index_argument(machine, value)?).unwrap_or(usize::MAX),
    };
    let count = text.matches(&*old).take(most).count();
    if count == 0 {
        return Ok(arguments.positional[0]);
    }
    let bytes = text.len() as u128 + count as u128 * new.len() as u128;
    if bytes > isize::MAX as u128 {
        return Err(overflow(machine, "replace string is too long"));
    }
    require(machine, bytes)?;
    let replaced = text.replacen(&*old, &new, count);
    Ok(machine.heap.text(replaced))
}

/// `str.partition(sep)`
pub(in super::super) fn partition(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    parts(machine, arguments, false)
}

/// `str.rpartition(sep)`
pub(in super::super) fn rpartition(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    parts(machine, arguments, true)
}

fn parts(machine: &mut Machine, arguments: Arguments<'_>, last: bool) -> Outcome<Value> {
    let text = own(machine, arguments);
    let separator = text_argument(machine, arguments.positional[1], "must be str")?;
    if separator.is_empty() {
        return Err(machine.heap.value_error("empty separator"));
    }
    let found = if last { text.rsplit_once(&*separator) } else { text.split_once(&*separator) };
    let pieces = match found {
        Some((before, after)) => [before, &separator, after],
        None if last => ["", "", &text],
        None => [&text, "", ""],
    };
    let pieces = pieces.map(|piece| machine.heap.text(piece));
    Ok(machine.heap.tuple(pieces))
}
