//! Widths: `center`, `ljust`, `rjust`, `zfill`, `expandtabs`; and `strip`, which takes away.

use crate::describe::type_name;
use crate::error::Outcome;
use crate::state::{Arguments, Machine};
use crate::value::Value;

use super::super::operands::{index_argument, small_argument};
use super::unicode::is_space;
use super::{overflow, own, require, same_or_new};

fn fill_character(machine: &mut Machine, value: Value) -> Outcome<char> {
    match value {
        Value::Unbound => Ok(' '),
        Value::Str(text) => {
            let mut characters = machine.heap[text].as_str().chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) => Ok(character),
                _ => Err(machine.heap.type_error("The fill character must be exactly one character long")),
            }
        }
        _ => {
            let name = type_name(&machine.heap, value);
            Err(machine.heap.type_error(format!("The fill character must be a unicode character, not {name}")))
        }
    }
}

/// The text with fill characters around it; `split` says how many of those that are missing come before it.
fn justify(machine: &mut Machine, arguments: Arguments<'_>, split: impl Fn(usize, usize) -> usize) -> Outcome<Value> {
    let width = index_argument(machine, arguments.positional[1])?;
    let fill = fill_character(machine, arguments.positional[2])?;
    let text = own(machine, arguments);
    let width = usize::try_from(width).unwrap_or(0);
    let missing = width.saturating_sub(text.chars().count());
    if missing == 0 {
        return Ok(arguments.positional[0]);
    }
    require(machine, text.len() as u128 + missing as u128 * fill.len_utf8() as u128)?;
    let before = split(missing, width);
    let mut result = String::with_capacity(text.len() + missing * fill.len_utf8());
    result.extend(std::iter::repeat_n(fill, before));
    result.push_str(&text);
    result.extend(std::iter::repeat_n(fill, missing - before));
    Ok(machine.heap.text(result))
}

/// `str.center(width, fillchar=' ')`
pub(in super::super) fn center(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    justify(machine, arguments, |missing, width| missing / 2 + (missing & width & 1))
}

/// `str.ljust(width, fillchar=' ')`
pub(in super::super) fn ljust(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    justify(machine, arguments, |_, _| 0)
}

/// `str.rjust(width, fillchar=' ')`
pub(in super::super) fn rjust(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    justify(machine, arguments, |missing, _| missing)
}

/// `str.zfill(width)`
pub(in super::super) fn zfill(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let width = usize::try_from(index_argument(machine, arguments.positional[1])?).unwrap_or(0);
    let text = own(machine, arguments);
    let missing = width.saturating_sub(text.chars().count());
    if missing == 0 {
        return Ok(arguments.positional[0]);
    }
    require(machine, text.len() as u128 + missing as u128)?;
    let sign = usize::from(text.starts_with(['+', '-']));
    let mut result = String::with_capacity(text.len() + missing);
    result.push_str(&text[..sign]);
    result.extend(std::iter::repeat_n('0', missing));
    result.push_str(&text[sign..]);
    Ok(machine.heap.text(result))
}

/// `str.expandtabs(tabsize=8)`
pub(in super::super) fn expandtabs(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let size = match arguments.positional[1] {
        Value::Unbound => 8,
        value => small_argument(machine, value)?,
    };
    let size = usize::try_from(size).unwrap_or(0);
    let text = own(machine, arguments);
    let tabs = text.bytes().filter(|&byte| byte == b'\t').count();
    let most = tabs.checked_mul(size).and_then(|spaces| spaces.checked_add(text.len()));
    let Some(most) = most.filter(|&most| isize::try_from(most).is_ok()) else {
        return Err(overflow(machine, "new string is too long"));
    };
    require(machine, most as u128)?;
    let mut result = String::new();
    let mut column = 0;
    for character in text.chars() {
        match character {
            '\t' if size > 0 => {
                let spaces = size - column % size;
                result.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            '\t' => {}
            '\n' | '\r' => {
                result.push(character);
                column = 0;
            }
            _ => {
                result.push(character);
                column += 1;
            }
        }
    }
    Ok(machine.heap.text(result))
}

/// `str.strip(chars=None)`
pub(in super::super) fn strip(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    strip_ends(machine, arguments, "strip", true, true)
}

/// `str.lstrip(chars=None)`
pub(in super::super) fn lstrip(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    strip_ends(machine, arguments, "lstrip", true, false)
}

/// `str.rstrip(chars=None)`
pub(in super::super) fn rstrip(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    strip_ends(machine, arguments, "rstrip", false, true)
}

fn strip_ends(machine: &mut Machine, arguments: Arguments<'_>, name: &str, start: bool, end: bool) -> Outcome<Value> {
    let text = own(machine, arguments);
    let unwanted = match arguments.positional[1] {
        Value::Unbound | Value::None => None,
        Value::Str(unwanted) => Some(machine.heap[unwanted].shared()),
        _ => return Err(machine.heap.type_error(format!("{name} arg must be None or str"))),
    };
    let goes = |character: char| unwanted.as_ref().map_or_else(|| is_space(character), |set| set.contains(character));
    let mut rest = &*text;
    if start {
        rest = rest.trim_start_matches(goes);
    }
    if end {
        rest = rest.trim_end_matches(goes);
    }
    Ok(same_or_new(machine, arguments, rest))
}
