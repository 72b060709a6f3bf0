//! `"%d of %s" % values`: the conversions of C's `printf`, as Python knows them.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome};
use crate::heap::Heap;
use crate::objects::Text;
use crate::state::Machine;
use crate::text::decimal::{self, Notation, Style};
use crate::text::format::{Integer, MOST_CHARACTERS};
use crate::text::representation::{ascii, own_method, repr, str};
use crate::value::{Ref, Value};

/// The values that are still to be used.
struct Values {
    items: Vec<Value>,
    next: usize,
    /// What names in parentheses are looked up in.
    mapping: Option<Value>,
}

/// What stands between `%` and the letter.
#[derive(Default)]
struct Conversion {
    left: bool,
    plus: bool,
    blank: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    letter: char,
}

/// The format, character by character.
struct Reader {
    text: Rc<str>,
    offset: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.text[self.offset..].chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.offset += character.len_utf8();
        Some(character)
    }

    /// The next character of a conversion, which may not end yet.
    fn expect(&mut self, heap: &mut Heap) -> Outcome<char> {
        self.take().ok_or_else(|| heap.value_error("incomplete format"))
    }
}

/// Python's `format % values`.
pub fn percent(machine: &mut Machine, format: Ref<Text>, values: Value) -> Outcome<Value> {
    let mut values = match values {
        Value::Tuple(tuple) => Values { items: machine.heap[tuple].0.to_vec(), next: 0, mapping: None },
        value => Values { items: vec![value], next: 0, mapping: is_mapping(machine, value).then_some(value) },
    };
    let mut reader = Reader { text: machine.heap[format].shared(), offset: 0 };
    let mut text = String::new();
    while reader.offset < reader.text.len() {
        let rest = &reader.text[reader.offset..];
        let literal = rest.find('%').unwrap_or(rest.len());
        text.push_str(&rest[..literal]);
        reader.offset += literal;
        if reader.take().is_none() {
            break;
        }
        if reader.peek() == Some('%') {
            reader.take();
            text.push('%');
            continue;
        }
        let conversion = read_conversion(machine, &mut reader, &mut values)?;
        convert(machine, &conversion, &reader, &mut values, &mut text)?;
        if text.len() > MOST_CHARACTERS {
            return Err(machine.heap.raise_with(ExceptionKind::MemoryError, Vec::new()));
        }
    }
    if values.next < values.items.len() && values.mapping.is_none() {
        return Err(machine.heap.type_error("not all arguments converted during string formatting"));
    }
    Ok(machine.heap.text(text))
}

/// Whether names in parentheses can be looked up in a value, so that it need not be used up as a whole.
fn is_mapping(machine: &Machine, value: Value) -> bool {
    match value {
        Value::Dict(_) | Value::List(_) | Value::Range(_) | Value::Array(_) => true,
        _ => own_method(machine, value, "__getitem__").is_some(),
    }
}

fn next_value(machine: &mut Machine, values: &mut Values) -> Outcome<Value> {
    let value = values.items.get(values.next).copied();
    values.next += 1;
    value.ok_or_else(|| machine.heap.type_error("not enough arguments for format string"))
}

fn read_conversion(machine: &mut Machine, reader: &mut Reader, values: &mut Values) -> Outcome<Conversion> {
    let mut conversion = Conversion::default();
    if reader.peek() == Some('(') {
        look_up(machine, reader, values)?;
    }
    let mut character = reader.expect(&mut machine.heap)?;
    loop {
        match character {
            '-' => conversion.left = true,
            '+' => conversion.plus = true,
            ' ' => conversion.blank = true,
            '#' => conversion.alternate = true,
            '0' => conversion.zero = true,
            _ => break,
        }
        character = reader.expect(&mut machine.heap)?;
    }
    if character == '*' {
        let width = next_number(machine, values, "ssize_t", i64::MIN..=i64::MAX)?;
        conversion.left |= width < 0;
        conversion.width = width.unsigned_abs() as usize;
        character = reader.expect(&mut machine.heap)?;
    } else {
        let limit = i64::MAX as u64;
        (conversion.width, character) = read_number(machine, reader, character, limit, "width too big")?;
    }
    if character == '.' {
        character = reader.expect(&mut machine.heap)?;
        let precision;
        if character == '*' {
            let limits = i64::from(i32::MIN)..=i64::from(i32::MAX);
            precision = next_number(machine, values, "int", limits)?.max(0) as usize;
            character = reader.expect(&mut machine.heap)?;
        } else {
            let limit = i32::MAX as u64;
            (precision, character) = read_number(machine, reader, character, limit, "precision too big")?;
        }
        conversion.precision = Some(precision);
    }
    if matches!(character, 'h' | 'l' | 'L') {
        character = reader.expect(&mut machine.heap)?;
    }
    conversion.letter = character;
    Ok(conversion)
}

/// A number that begins with the character, and the character behind it.
fn read_number(
    machine: &mut Machine,
    reader: &mut Reader,
    mut character: char,
    limit: u64,
    too_big: &str,
) -> Outcome<(usize, char)> {
    let mut number = 0u64;
    while let Some(digit) = character.to_digit(10) {
        number = number.saturating_mul(10).saturating_add(u64::from(digit));
        if number > limit {
            return Err(machine.heap.value_error(too_big));
        }
        character = reader.expect(&mut machine.heap)?;
    }
    Ok((number as usize, character))
}

/// The number that stands for a `*`.
fn next_number(
    machine: &mut Machine,
    values: &mut Values,
    c_type: &str,
    limits: std::ops::RangeInclusive<i64>,
) -> Outcome<i64> {
    let number = match next_value(machine, values)? {
        Value::Int(number) => Some(number),
        Value::Bool(truth) => Some(i64::from(truth)),
        Value::Big(_) => None,
        _ => return Err(machine.heap.type_error("* wants int")),
    };
    number.filter(|number| limits.contains(number)).ok_or_else(|| {
        machine.heap.raise(ExceptionKind::OverflowError, format!("Python int too large to convert to C {c_type}"))
    })
}

/// Looks the name in parentheses up, and makes its value the only one.
fn look_up(machine: &mut Machine, reader: &mut Reader, values: &mut Values) -> Outcome<()> {
    let Some(mapping) = values.mapping else {
        return Err(machine.heap.type_error("format requires a mapping"));
    };
    let start = reader.offset + 1;
    let mut depth = 0usize;
    loop {
        match reader.take() {
            Some('(') => depth += 1,
            Some(')') => depth -= 1,
            Some(_) => {}
            None => return Err(machine.heap.value_error("incomplete format key")),
        }
        if depth == 0 {
            break;
        }
    }
    let key = machine.heap.text(&reader.text[start..reader.offset - 1]);
    values.items = vec![machine.item(mapping, key)?];
    values.next = 0;
    Ok(())
}

fn convert(
    machine: &mut Machine,
    conversion: &Conversion,
    reader: &Reader,
    values: &mut Values,
    text: &mut String,
) -> Outcome<()> {
    let value = next_value(machine, values)?;
    let too_long = conversion.width.max(conversion.precision.unwrap_or(0)) > MOST_CHARACTERS;
    let numeric = !matches!(conversion.letter, 's' | 'r' | 'a' | 'c');
    if (conversion.width > MOST_CHARACTERS) || (numeric && too_long) {
        return Err(machine.heap.raise_with(ExceptionKind::MemoryError, Vec::new()));
    }
    match conversion.letter {
        's' => put_text(&str(machine, value)?, conversion, text),
        'r' => put_text(&repr(machine, value)?, conversion, text),
        'a' => put_text(&ascii(machine, value)?, conversion, text),
        'c' => {
            let character = character_of(machine, value)?;
            put_text(character.encode_utf8(&mut [0; 4]), &Conversion { precision: None, ..*conversion }, text);
        }
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let number = integer_of(machine, value, conversion.letter)?;
            put_integer(&mut machine.heap, &number, conversion, text)?;
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let number = real_of(machine, value)?;
            put_float(number, conversion, text);
        }
        letter => {
            let shown = if (' '..='~').contains(&letter) { letter } else { '?' };
            let index = reader.text[..reader.offset].chars().count() - 1;
            let code = letter as u32;
            let message = format!("unsupported format character '{shown}' ({code:#x}) at index {index}");
            return Err(machine.heap.value_error(message));
        }
    }
    Ok(())
}

fn character_of(machine: &mut Machine, value: Value) -> Outcome<char> {
    let code = match value {
        Value::Str(text) if machine.heap[text].characters() == 1 => {
            return Ok(machine.heap[text].as_str().chars().next().unwrap_or_default());
        }
        Value::Int(number) => Some(number),
        Value::Bool(truth) => Some(i64::from(truth)),
        Value::Big(_) => None,
        _ => return Err(machine.heap.type_error("%c requires int or char")),
    };
    code.and_then(|code| u32::try_from(code).ok())
        .and_then(char::from_u32)
        .ok_or_else(|| machine.heap.raise(ExceptionKind::OverflowError, "%c arg not in range(0x110000)"))
}

fn integer_of(machine: &mut Machine, value: Value, letter: char) -> Outcome<Integer> {
    let whole = matches!(letter, 'o' | 'x' | 'X');
    match value {
        Value::Int(number) => Ok(Integer::small(number)),
        Value::Bool(truth) => Ok(Integer::small(i64::from(truth))),
        Value::Big(number) => Ok(Integer::Big(machine.heap[number].clone())),
        Value::Float(number) if !whole => match BigInt::from_f64(number) {
            Some(number) => Ok(number.to_i64().map_or_else(|| Integer::Big(number), Integer::small)),
            None if number.is_nan() => Err(machine.heap.value_error("cannot convert float NaN to integer")),
            None => Err(machine.heap.raise(ExceptionKind::OverflowError, "cannot convert float infinity to integer")),
        },
        other => {
            let wanted = if whole { "an integer" } else { "a real number" };
            let given = type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("%{letter} format: {wanted} is required, not {given}")))
        }
    }
}

fn real_of(machine: &mut Machine, value: Value) -> Outcome<f64> {
    match value {
        Value::Float(number) => Ok(number),
        Value::Int(number) => Ok(number as f64),
        Value::Bool(truth) => Ok(f64::from(truth)),
        Value::Big(number) => machine.heap[number]
            .to_f64()
            .filter(|number| number.is_finite())
            .ok_or_else(|| machine.heap.raise(ExceptionKind::OverflowError, "int too large to convert to float")),
        other => {
            let given = type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("must be real number, not {given}")))
        }
    }
}

fn put_text(shown: &str, conversion: &Conversion, text: &mut String) {
    let end = conversion.precision.and_then(|precision| shown.char_indices().nth(precision));
    let shown = end.map_or(shown, |(end, _)| &shown[..end]);
    put(&Conversion { zero: false, ..*conversion }, "", shown, text);
}

/// Puts sign and prefix, then what follows them, into the width.
fn put(conversion: &Conversion, before: &str, shown: &str, text: &mut String) {
    let room = conversion.width.saturating_sub(before.len() + shown.chars().count());
    let (left, middle, right) = match (conversion.left, conversion.zero) {
        (true, _) => (0, 0, room),
        (false, true) => (0, room, 0),
        (false, false) => (room, 0, 0),
    };
    text.extend(std::iter::repeat_n(' ', left));
    text.push_str(before);
    text.extend(std::iter::repeat_n('0', middle));
    text.push_str(shown);
    text.extend(std::iter::repeat_n(' ', right));
}

fn sign_of(negative: bool, conversion: &Conversion) -> &'static str {
    match negative {
        true => "-",
        false if conversion.plus => "+",
        false if conversion.blank => " ",
        false => "",
    }
}

fn put_integer(heap: &mut Heap, number: &Integer, conversion: &Conversion, text: &mut String) -> Outcome<()> {
    let (base, prefix) = match conversion.letter {
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = number.digits(heap, base)?;
    if conversion.letter == 'X' {
        digits.make_ascii_uppercase();
    }
    let missing = conversion.precision.unwrap_or(0).saturating_sub(digits.len());
    digits.insert_str(0, &"0".repeat(missing));
    let prefix = if conversion.alternate { prefix } else { "" };
    put(conversion, &format!("{}{prefix}", sign_of(number.is_negative(), conversion)), &digits, text);
    Ok(())
}

fn put_float(number: f64, conversion: &Conversion, text: &mut String) {
    let notation = match conversion.letter {
        'e' | 'E' => Notation::Exponent,
        'f' | 'F' => Notation::Fixed,
        _ => Notation::General,
    };
    let style = Style {
        alternate: conversion.alternate,
        upper: conversion.letter.is_ascii_uppercase(),
        ..Style::new(notation, conversion.precision.unwrap_or(6))
    };
    let shown = decimal::write(number, style);
    let unsigned = shown.strip_prefix('-');
    put(conversion, sign_of(unsigned.is_some(), conversion), unsigned.unwrap_or(&shown), text);
}
