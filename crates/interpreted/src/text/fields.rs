//! `"{0.x:>{width}} {name!r}".format(...)`: replacement fields.

use std::rc::Rc;

use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::state::{Arguments, Machine};
use crate::text::format::format;
use crate::text::representation::{ascii, repr, str};
use crate::value::Value;

/// How fields without a number are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbering {
    Undecided,
    Automatic(usize),
    Manual,
}

/// A field between braces.
struct Field<'a> {
    name: &'a str,
    conversion: Option<char>,
    specification: &'a str,
}

/// Python's `text.format(...)`: the first argument is the text.
pub fn format_method(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let Some(&Value::Str(template)) = arguments.positional.first() else {
        return Err(machine.heap.type_error("unbound method str.format() needs an argument"));
    };
    let template = machine.heap[template].shared();
    let arguments = Arguments { positional: &arguments.positional[1..], ..arguments };
    let text = build(machine, &template, arguments, &mut Numbering::Undecided, 2)?;
    Ok(machine.heap.text(text))
}

/// Replaces all fields of a text. Specifications have fields too, but theirs have none.
fn build(
    machine: &mut Machine,
    template: &str,
    arguments: Arguments<'_>,
    numbering: &mut Numbering,
    depth: u32,
) -> Outcome<String> {
    if depth == 0 {
        return Err(machine.heap.value_error("Max string recursion exceeded"));
    }
    let mut text = String::new();
    let mut rest = template;
    while let Some(place) = rest.find(['{', '}']) {
        let brace = rest.as_bytes()[place];
        let after = &rest[place + 1..];
        text.push_str(&rest[..place]);
        if after.as_bytes().first() == Some(&brace) {
            text.push(char::from(brace));
            rest = &after[1..];
            continue;
        }
        if brace == b'}' {
            return Err(machine.heap.value_error("Single '}' encountered in format string"));
        }
        if after.is_empty() {
            return Err(machine.heap.value_error("Single '{' encountered in format string"));
        }
        let (field, behind) = read_field(&mut machine.heap, after)?;
        rest = behind;
        text.push_str(&replace(machine, &field, arguments, numbering, depth)?);
    }
    text.push_str(rest);
    Ok(text)
}

/// Reads a field behind its opening brace, and gives what follows it.
fn read_field<'a>(heap: &mut Heap, text: &'a str) -> Outcome<(Field<'a>, &'a str)> {
    let mut in_brackets = false;
    let mut end = None;
    for (place, character) in text.char_indices() {
        match character {
            '{' if !in_brackets => return Err(heap.value_error("unexpected '{' in field name")),
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            '}' | ':' | '!' if !in_brackets => {
                end = Some((place, character));
                break;
            }
            _ => {}
        }
    }
    let Some((place, character)) = end else {
        return Err(heap.value_error("expected '}' before end of string"));
    };
    let (name, mut rest) = (&text[..place], &text[place + 1..]);
    if character == '}' {
        return Ok((Field { name, conversion: None, specification: "" }, rest));
    }
    let mut conversion = None;
    if character == '!' {
        let mut characters = rest.chars();
        conversion = characters.next();
        if conversion.is_none() {
            return Err(heap.value_error("end of string while looking for conversion specifier"));
        }
        let behind = characters.next();
        rest = characters.as_str();
        match behind {
            Some('}') => return Ok((Field { name, conversion, specification: "" }, rest)),
            Some(':') | None => {}
            Some(_) => return Err(heap.value_error("expected ':' after conversion specifier")),
        }
    }
    let mut depth = 1;
    for (place, character) in rest.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok((Field { name, conversion, specification: &rest[..place] }, &rest[place + 1..]));
        }
    }
    Err(heap.value_error("unmatched '{' in format spec"))
}

fn replace(
    machine: &mut Machine,
    field: &Field<'_>,
    arguments: Arguments<'_>,
    numbering: &mut Numbering,
    depth: u32,
) -> Outcome<Rc<str>> {
    let mut value = find(machine, field.name, arguments, numbering)?;
    // A value that came from a method of the program belongs to nobody else.
    let roots = machine.roots.len();
    machine.roots.push(value);
    let converted: Option<Rc<str>> = match field.conversion {
        None => None,
        Some('s') => Some(str(machine, value)?),
        Some('r') => Some(repr(machine, value)?.into()),
        Some('a') => Some(ascii(machine, value)?.into()),
        Some(other) => {
            let shown = if ('!'..='~').contains(&other) { other.to_string() } else { format!("\\x{:x}", other as u32) };
            return Err(machine.heap.value_error(format!("Unknown conversion specifier {shown}")));
        }
    };
    if let Some(text) = converted {
        value = machine.heap.text(text);
        machine.roots.push(value);
    }
    let result = if field.specification.contains('{') {
        build(machine, field.specification, arguments, numbering, depth - 1)
            .and_then(|specification| format(machine, value, &specification))
    } else {
        format(machine, value, field.specification)
    };
    machine.roots.truncate(roots);
    result
}

/// An integer of digits; `None` when it is something else.
fn number(heap: &mut Heap, text: &str) -> Outcome<Option<i64>> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    match text.parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(heap.value_error("Too many decimal digits in format string")),
    }
}

/// The value that the name of a field stands for: `0`, `name`, `0.attribute[index]`, or nothing for the next one.
fn find(machine: &mut Machine, name: &str, arguments: Arguments<'_>, numbering: &mut Numbering) -> Outcome<Value> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at(end);
    let mut value = first_value(machine, first, arguments, numbering)?;
    while let Some(character) = rest.chars().next() {
        let behind = &rest[character.len_utf8()..];
        let part;
        match character {
            '.' => {
                let end = behind.find(['.', '[']).unwrap_or(behind.len());
                (part, rest) = behind.split_at(end);
            }
            '[' => {
                let Some(end) = behind.find(']') else {
                    return Err(machine.heap.value_error("Missing ']' in format string"));
                };
                (part, rest) = (&behind[..end], &behind[end + 1..]);
            }
            _ => {
                let message = "Only '.' or '[' may follow ']' in format field specifier";
                return Err(machine.heap.value_error(message));
            }
        }
        if part.is_empty() {
            return Err(machine.heap.value_error("Empty attribute in format string"));
        }
        value = if character == '.' {
            let symbol = machine.names.symbol(part);
            machine.attribute(value, symbol)?
        } else {
            let index = match number(&mut machine.heap, part)? {
                Some(index) => Value::Int(index),
                None => machine.heap.text(part),
            };
            machine.item(value, index)?
        };
    }
    Ok(value)
}

fn first_value(
    machine: &mut Machine,
    first: &str,
    arguments: Arguments<'_>,
    numbering: &mut Numbering,
) -> Outcome<Value> {
    let index = number(&mut machine.heap, first)?;
    let index = match (index, *numbering) {
        (None, Numbering::Manual) if first.is_empty() => {
            let message = "cannot switch from manual field specification to automatic field numbering";
            return Err(machine.heap.value_error(message));
        }
        (Some(_), Numbering::Automatic(_)) => {
            let message = "cannot switch from automatic field numbering to manual field specification";
            return Err(machine.heap.value_error(message));
        }
        (None, _) if !first.is_empty() => return named(machine, first, arguments),
        (Some(index), _) => {
            *numbering = Numbering::Manual;
            index as usize
        }
        (None, counted) => {
            let next = if let Numbering::Automatic(next) = counted { next } else { 0 };
            *numbering = Numbering::Automatic(next + 1);
            next
        }
    };
    arguments.positional.get(index).copied().ok_or_else(|| out_of_range(&mut machine.heap, index))
}

fn out_of_range(heap: &mut Heap, index: usize) -> Raised {
    let message = format!("Replacement index {index} out of range for positional args tuple");
    heap.raise(ExceptionKind::IndexError, message)
}

fn named(machine: &mut Machine, name: &str, arguments: Arguments<'_>) -> Outcome<Value> {
    let known = machine.names.known(name);
    let found = arguments.keywords.iter().find(|(symbol, _)| Some(*symbol) == known);
    match found {
        Some(&(_, value)) => Ok(value),
        None => Err(machine.heap.raise(ExceptionKind::KeyError, name)),
    }
}
