//! `format(value, specification)`: strings and numbers in a given width, sign, base and precision.

use std::rc::Rc;

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::state::Machine;
use crate::text::decimal::{self, Notation, Style};
use crate::text::numbers;
use crate::text::representation::{own_method, str};
use crate::text::specification::{Align, Grouping, Specification, parse, unknown_kind};
use crate::value::Value;

/// More characters than this are refused before anything is allocated.
pub(crate) const MOST_CHARACTERS: usize = 1 << 30;

/// Python's `format(value, specification)`.
pub fn format(machine: &mut Machine, value: Value, specification: &str) -> Outcome<Rc<str>> {
    if let Some(method) = own_method(machine, value, "__format__") {
        return own_format(machine, method, value, specification);
    }
    if specification.is_empty() {
        return str(machine, value);
    }
    let name = type_name(&machine.heap, value);
    let heap = &mut machine.heap;
    match value {
        Value::Str(text) => {
            let text = heap[text].shared();
            format_text(heap, &text, specification)
        }
        Value::Bool(truth) => format_integer(heap, &Integer::small(i64::from(truth)), specification, &name),
        Value::Int(number) => format_integer(heap, &Integer::small(number), specification, &name),
        Value::Big(number) => {
            let number = heap[number].clone();
            format_integer(heap, &Integer::Big(number), specification, &name)
        }
        Value::Float(number) => {
            let parsed = parse(heap, specification, &name, Align::Right)?;
            format_float(heap, number, parsed, &name)
        }
        Value::Complex(real, imaginary) => format_complex(heap, real, imaginary, specification),
        _ => Err(heap.type_error(format!("unsupported format string passed to {name}.__format__"))),
    }
}

fn own_format(machine: &mut Machine, method: Value, value: Value, specification: &str) -> Outcome<Rc<str>> {
    let specification = machine.heap.text(specification);
    let result = match method {
        Value::Function(_) => machine.call(method, &[value, specification])?,
        _ => machine.call(method, &[specification])?,
    };
    match result {
        Value::Str(text) => Ok(machine.heap[text].shared()),
        other => {
            let given = type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("__format__ must return a str, not {given}")))
        }
    }
}

/// An integer whose sign and digits are wanted.
pub(crate) enum Integer {
    /// At most 64 bits: whether it is negative, and without its sign.
    Small(bool, u64),
    /// More.
    Big(BigInt),
}

impl Integer {
    pub(crate) fn small(number: i64) -> Integer {
        Integer::Small(number < 0, number.unsigned_abs())
    }

    pub(crate) fn is_negative(&self) -> bool {
        match self {
            Integer::Small(negative, _) => *negative,
            Integer::Big(number) => number.sign() == Sign::Minus,
        }
    }

    /// The digits without a sign, in base 2, 8, 10 or 16.
    pub(crate) fn digits(&self, heap: &mut Heap, base: u32) -> Outcome<String> {
        match self {
            Integer::Small(_, number) => Ok(match base {
                2 => format!("{number:b}"),
                8 => format!("{number:o}"),
                16 => format!("{number:x}"),
                _ => number.to_string(),
            }),
            Integer::Big(number) if base == 10 => {
                Ok(numbers::integer(heap, number)?.trim_start_matches('-').to_string())
            }
            Integer::Big(number) => Ok(number.magnitude().to_str_radix(base)),
        }
    }

    fn to_float(&self) -> Option<f64> {
        match self {
            Integer::Small(negative, number) => Some(if *negative { -(*number as f64) } else { *number as f64 }),
            Integer::Big(number) => number.to_f64().filter(|number| number.is_finite()),
        }
    }

    fn to_small(&self) -> Option<i64> {
        match self {
            Integer::Small(negative, number) => {
                i64::try_from(if *negative { -i128::from(*number) } else { i128::from(*number) }).ok()
            }
            Integer::Big(_) => None,
        }
    }
}

/// The parts of a formatted number, from left to right.
#[derive(Default)]
struct Parts<'a> {
    sign: &'a str,
    prefix: &'a str,
    /// What is grouped.
    digits: &'a str,
    /// The point and all after it.
    rest: &'a str,
}

fn too_long(heap: &mut Heap) -> Raised {
    heap.raise_with(ExceptionKind::MemoryError, Vec::new())
}

fn check_length(heap: &mut Heap, specification: &Specification) -> Outcome<()> {
    match specification.width.max(specification.precision.unwrap_or(0)) > MOST_CHARACTERS {
        true => Err(too_long(heap)),
        false => Ok(()),
    }
}

fn fill(text: &mut String, character: char, count: usize) {
    text.extend(std::iter::repeat_n(character, count));
}

/// Puts a text into the width, on the side that the specification says; the sign is not told apart here.
fn pad(text: &str, specification: &Specification) -> Rc<str> {
    let room = specification.width.saturating_sub(text.chars().count());
    if room == 0 {
        return text.into();
    }
    let left = match specification.align {
        Align::Left => 0,
        Align::Right | Align::AfterSign => room,
        Align::Centre => room / 2,
    };
    let mut padded = String::with_capacity(text.len() + room);
    fill(&mut padded, specification.fill, left);
    padded.push_str(text);
    fill(&mut padded, specification.fill, room - left);
    padded.into()
}

/// Puts a number together and into the width.
fn lay_out(parts: &Parts<'_>, specification: &Specification, group: usize) -> Rc<str> {
    let around = parts.sign.len() + parts.prefix.len() + parts.rest.chars().count();
    let zeros = specification.fill == '0' && specification.align == Align::AfterSign;
    let least = if zeros { specification.width.saturating_sub(around) } else { 0 };
    let digits = grouped(parts.digits, specification.grouping, group, least);
    let body = format!("{}{}", digits, parts.rest);
    if specification.align != Align::AfterSign {
        return pad(&format!("{}{}{body}", parts.sign, parts.prefix), specification);
    }
    let mut text = format!("{}{}", parts.sign, parts.prefix);
    let used = text.len() + body.chars().count();
    fill(&mut text, specification.fill, specification.width.saturating_sub(used));
    text.push_str(&body);
    text.into()
}

/// Digits with separators between groups, and zeros before them so that they take at least so much room.
fn grouped(digits: &str, grouping: Grouping, group: usize, least: usize) -> String {
    if digits.is_empty() {
        return String::new();
    }
    let Some(separator) = grouping.separator() else {
        return format!("{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
    };
    let mut reversed = String::new();
    let mut left = digits.bytes().rev();
    let mut count = 0;
    while left.len() > 0 || reversed.len() < least {
        if count > 0 && count % group == 0 {
            reversed.push(separator);
        }
        reversed.push(left.next().map_or('0', char::from));
        count += 1;
    }
    reversed.chars().rev().collect()
}

fn sign_text(negative: bool, specification: &Specification) -> &'static str {
    match (negative, specification.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    }
}

fn format_text(heap: &mut Heap, text: &Rc<str>, specification: &str) -> Outcome<Rc<str>> {
    let parsed = parse(heap, specification, "str", Align::Left)?;
    if let Some(kind) = parsed.kind
        && kind != 's'
    {
        return Err(unknown_kind(heap, kind, "str"));
    }
    if parsed.grouping != Grouping::None {
        let separator = parsed.grouping.separator().unwrap_or(',');
        return Err(heap.value_error(format!("Cannot specify '{separator}' with 's'.")));
    }
    let refused = match parsed.sign {
        Some(' ') => Some("Space not allowed in string format specifier"),
        Some(_) => Some("Sign not allowed in string format specifier"),
        None if parsed.no_negative_zero => Some("Negative zero coercion (z) not allowed in string format specifier"),
        None if parsed.alternate => Some("Alternate form (#) not allowed in string format specifier"),
        None if parsed.align == Align::AfterSign => Some("'=' alignment not allowed in string format specifier"),
        None => None,
    };
    if let Some(message) = refused {
        return Err(heap.value_error(message));
    }
    check_length(heap, &Specification { precision: None, ..parsed })?;
    Ok(match parsed.precision.and_then(|precision| text.char_indices().nth(precision)) {
        Some((end, _)) => pad(&text[..end], &parsed),
        None if parsed.width == 0 => text.clone(),
        None => pad(text, &parsed),
    })
}

fn format_integer(heap: &mut Heap, number: &Integer, specification: &str, name: &str) -> Outcome<Rc<str>> {
    let parsed = parse(heap, specification, name, Align::Right)?;
    let (base, group) = match parsed.kind {
        None | Some('d' | 'n') => (10, 3),
        Some('b') => (2, 4),
        Some('o') => (8, 4),
        Some('x' | 'X') => (16, 4),
        Some('c') => (0, 3),
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            return match number.to_float() {
                Some(number) => format_float(heap, number, parsed, name),
                None => Err(heap.raise(ExceptionKind::OverflowError, "int too large to convert to float")),
            };
        }
        Some(kind) => return Err(unknown_kind(heap, kind, name)),
    };
    if parsed.precision.is_some() {
        return Err(heap.value_error("Precision not allowed in integer format specifier"));
    }
    if parsed.no_negative_zero {
        return Err(heap.value_error("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    check_length(heap, &parsed)?;
    if base == 0 {
        return format_character(heap, number, &parsed);
    }
    let upper = parsed.kind == Some('X');
    let mut digits = number.digits(heap, base)?;
    if upper {
        digits.make_ascii_uppercase();
    }
    let prefix = match (parsed.alternate, base) {
        (true, 2) => "0b",
        (true, 8) => "0o",
        (true, 16) if upper => "0X",
        (true, 16) => "0x",
        _ => "",
    };
    let sign = sign_text(number.is_negative(), &parsed);
    Ok(lay_out(&Parts { sign, prefix, digits: &digits, rest: "" }, &parsed, group))
}

fn format_character(heap: &mut Heap, number: &Integer, parsed: &Specification) -> Outcome<Rc<str>> {
    if parsed.sign.is_some() {
        return Err(heap.value_error("Sign not allowed with integer format specifier 'c'"));
    }
    if parsed.alternate {
        return Err(heap.value_error("Alternate form (#) not allowed with integer format specifier 'c'"));
    }
    let Some(code) = number.to_small() else {
        return Err(heap.raise(ExceptionKind::OverflowError, "Python int too large to convert to C long"));
    };
    let Some(character) = u32::try_from(code).ok().and_then(char::from_u32) else {
        return Err(heap.raise(ExceptionKind::OverflowError, "%c arg not in range(0x110000)"));
    };
    Ok(lay_out(&Parts { rest: character.encode_utf8(&mut [0; 4]), ..Parts::default() }, parsed, 3))
}

/// The style that a letter of the mini-language means for a number, and whether it is a percentage.
fn style_of(heap: &mut Heap, parsed: &Specification, name: &str) -> Outcome<(Style, bool)> {
    let (notation, precision) = match (parsed.kind, parsed.precision) {
        (None, None) => (Notation::Shortest, 0),
        (None, Some(precision)) => (Notation::General, precision),
        (Some('e' | 'E'), precision) => (Notation::Exponent, precision.unwrap_or(6)),
        (Some('f' | 'F' | '%'), precision) => (Notation::Fixed, precision.unwrap_or(6)),
        (Some('g' | 'G' | 'n'), precision) => (Notation::General, precision.unwrap_or(6)),
        (Some(kind), _) => return Err(unknown_kind(heap, kind, name)),
    };
    if precision > i32::MAX as usize {
        return Err(heap.value_error("precision too big"));
    }
    let style = Style {
        notation,
        precision,
        alternate: parsed.alternate,
        point_zero: parsed.kind.is_none(),
        no_negative_zero: parsed.no_negative_zero,
        upper: matches!(parsed.kind, Some('E' | 'F' | 'G')),
    };
    Ok((style, parsed.kind == Some('%')))
}

fn format_float(heap: &mut Heap, number: f64, parsed: Specification, name: &str) -> Outcome<Rc<str>> {
    let (style, percent) = style_of(heap, &parsed, name)?;
    check_length(heap, &parsed)?;
    let mut text = decimal::write(if percent { number * 100.0 } else { number }, style);
    if percent {
        text.push('%');
    }
    Ok(lay_out_float(&text, &parsed))
}

fn lay_out_float(text: &str, parsed: &Specification) -> Rc<str> {
    let unsigned = text.strip_prefix('-');
    let sign = sign_text(unsigned.is_some(), parsed);
    let unsigned = unsigned.unwrap_or(text);
    let digits = unsigned.len() - unsigned.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (digits, rest) = unsigned.split_at(digits);
    lay_out(&Parts { sign, prefix: "", digits, rest }, parsed, 3)
}

fn format_complex(heap: &mut Heap, real: f64, imaginary: f64, specification: &str) -> Outcome<Rc<str>> {
    let parsed = parse(heap, specification, "complex", Align::Right)?;
    if parsed.kind == Some('%') {
        return Err(unknown_kind(heap, '%', "complex"));
    }
    let (mut style, _) = style_of(heap, &parsed, "complex")?;
    style.point_zero = false;
    if parsed.fill == '0' {
        return Err(heap.value_error("Zero padding is not allowed in complex format specifier"));
    }
    if parsed.align == Align::AfterSign {
        return Err(heap.value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    check_length(heap, &parsed)?;
    let bare = Specification { width: 0, fill: ' ', align: Align::Left, ..parsed };
    let real_left_out = parsed.kind.is_none() && real == 0.0 && real.is_sign_positive();
    let mut text = String::new();
    if !real_left_out {
        text.push_str(&lay_out_float(&decimal::write(real, style), &bare));
    }
    let signed = if real_left_out { bare } else { Specification { sign: Some('+'), ..bare } };
    text.push_str(&lay_out_float(&decimal::write(imaginary, style), &signed));
    text.push('j');
    if parsed.kind.is_none() && !real_left_out {
        text = format!("({text})");
    }
    Ok(pad(&text, &parsed))
}
