//! Numbers from text: `int('12')`, `float('1.5')`, `complex('1+2j')`.

use num_bigint::BigInt;

use crate::digits::{MOST_DIGITS, exceeded};
use crate::error::Outcome;
use crate::heap::Heap;
use crate::text::quote;
use crate::value::Value;

/// The character for 0 of each script that has digits; those for 1 to 9 follow it.
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0,
    0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60,
    0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// Digits of all scripts as those of ASCII, and all spaces as one of ASCII; the spaces around are cut off.
fn plain(text: &str) -> String {
    let plain = if text.is_ascii() { text.to_owned() } else { text.chars().map(plain_character).collect() };
    plain.trim_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']).to_owned()
}

fn plain_character(character: char) -> char {
    if character.is_ascii() && !('\x1c'..='\x1f').contains(&character) {
        return character;
    }
    if character.is_whitespace() || character.is_ascii() {
        return ' ';
    }
    let code = u32::from(character);
    let script = ZEROS.partition_point(|&zero| zero <= code) - 1;
    match code - ZEROS[script] {
        digit @ 0..=9 => char::from(b'0' + digit as u8),
        // Stands for what no number has.
        _ => '?',
    }
}

/// `int(text, base)`; a base 0 takes the base that the text names.
///
/// # Errors
/// A `ValueError` for a text that is no integer of the base, for one of more than 4300 digits and for a base that there is not.
pub fn parse_integer(heap: &mut Heap, text: &str, base: i64) -> Outcome<Value> {
    if base != 0 && !(2..=36).contains(&base) {
        return Err(heap.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    match integer(&plain(text), base as u32) {
        Ok(number) => Ok(heap.integer(number)),
        Err(Refused::Invalid) => {
            // The message shows no more of a long text.
            let quoted: String = quote(text, false).chars().take(200).collect();
            Err(heap.value_error(format!("invalid literal for int() with base {base}: {quoted}")))
        }
        Err(Refused::TooLong(digits)) => Err(heap.value_error(exceeded(Some(digits)))),
    }
}

/// Why a text is not converted.
#[derive(Clone, Copy, Debug)]
enum Refused {
    Invalid,
    TooLong(usize),
}

fn integer(text: &str, base: u32) -> Result<BigInt, Refused> {
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let named = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    // Where the base is 10 at least 12, `0b1` is a number whose digit is b.
    let prefixed = named != 0 && (base == 0 || base == named);
    let digits = if prefixed { &unsigned[2..] } else { unsigned };
    let digits = if prefixed { digits.strip_prefix('_').unwrap_or(digits) } else { digits };
    let radix = if base != 0 {
        base
    } else if prefixed {
        named
    } else {
        10
    };
    let length = digits.bytes().take_while(|&byte| byte == b'_' || char::from(byte).is_digit(radix)).count();
    let kept: String = digits[..length].chars().filter(|&character| character != '_').collect();
    let underscores = digits[..length].starts_with('_') || digits[..length].ends_with('_') || digits.contains("__");
    if kept.is_empty() || underscores {
        return Err(Refused::Invalid);
    }
    if kept.len() > MOST_DIGITS && !radix.is_power_of_two() {
        return Err(Refused::TooLong(kept.len()));
    }
    let number = BigInt::parse_bytes(kept.as_bytes(), radix).ok_or(Refused::Invalid)?;
    let leading_zero = base == 0 && !prefixed && kept.starts_with('0') && number != BigInt::ZERO;
    if length != digits.len() || leading_zero {
        return Err(Refused::Invalid);
    }
    Ok(if negative { -number } else { number })
}

/// `float(text)`.
///
/// # Errors
/// A `ValueError` for a text that is no number.
pub fn parse_float(heap: &mut Heap, text: &str) -> Outcome<f64> {
    let number = without_underscores(&plain(text))
        .filter(|plain| !plain.is_empty() && float_length(plain.as_bytes()) == plain.len())
        .and_then(|plain| plain.parse::<f64>().ok());
    match number {
        Some(number) => Ok(number),
        None => {
            let quoted = quote(text, false);
            Err(heap.value_error(format!("could not convert string to float: {quoted}")))
        }
    }
}

/// The text without underscores between digits; none where one stands elsewhere.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |index: Option<usize>| index.and_then(|index| bytes.get(index)).is_some_and(u8::is_ascii_digit);
    let right = |index: usize| digit(index.checked_sub(1)) && digit(index.checked_add(1));
    let all_right = (0..bytes.len()).all(|index| bytes[index] != b'_' || right(index));
    all_right.then(|| text.replace('_', ""))
}

/// How many bytes at the beginning are a floating-point number as it is written in Python; 0 for none.
fn float_length(text: &[u8]) -> usize {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    for word in ["infinity", "inf", "nan"] {
        if text[sign..].get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes())) {
            return sign + word.len();
        }
    }
    let whole = digits(sign);
    let mut length = sign + whole;
    if text.get(length) == Some(&b'.') {
        let fraction = digits(length + 1);
        if whole + fraction == 0 {
            return 0;
        }
        length += 1 + fraction;
    } else if whole == 0 {
        return 0;
    }
    if matches!(text.get(length), Some(b'e' | b'E')) {
        let from = length + 1 + usize::from(matches!(text.get(length + 1), Some(b'+' | b'-')));
        let exponent = if from <= text.len() { digits(from) } else { 0 };
        if exponent > 0 {
            length = from + exponent;
        }
    }
    length
}

/// `complex(text)`: real and imaginary part.
///
/// # Errors
/// A `ValueError` for a text that is no complex number.
pub fn parse_complex(heap: &mut Heap, text: &str) -> Outcome<Value> {
    let Some(plain) = without_underscores(&plain(text)) else {
        let quoted = quote(text, false);
        return Err(heap.value_error(format!("could not convert string to complex: {quoted}")));
    };
    match complex(&plain) {
        Some((real, imaginary)) => Ok(Value::Complex(real, imaginary)),
        None => Err(heap.value_error("complex() arg is a malformed string")),
    }
}

fn complex(text: &str) -> Option<(f64, f64)> {
    const SPACES: [char; 6] = [' ', '\t', '\n', '\x0b', '\x0c', '\r'];
    let text = match text.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')')?.trim_matches(SPACES),
        None => text,
    };
    let (first, rest) = leading_float(text);
    if rest.is_empty() {
        return Some((first?, 0.0));
    }
    if let Some(first) = first {
        if is_unit(rest) {
            return Some((0.0, first));
        }
        if !rest.starts_with(['+', '-']) {
            return None;
        }
        let (second, unit) = leading_float(rest);
        let (second, unit) = second.map_or_else(|| signed_one(rest), |second| (second, unit));
        return is_unit(unit).then_some((first, second));
    }
    let (sign, unit) = signed_one(rest);
    is_unit(unit).then_some((0.0, sign))
}

fn is_unit(text: &str) -> bool {
    text == "j" || text == "J"
}

/// The sign that stands for 1 or -1, and what follows it.
fn signed_one(text: &str) -> (f64, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    }
}

/// The number at the beginning, if there is one, and what follows it.
fn leading_float(text: &str) -> (Option<f64>, &str) {
    let length = float_length(text.as_bytes());
    (text[..length].parse().ok(), &text[length..])
}
