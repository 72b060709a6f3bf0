//! Integers and complex numbers as text.

use num_bigint::BigInt;

use crate::digits::{MOST_DIGITS, exceeded};
use crate::error::{ExceptionKind, Outcome};
use crate::heap::Heap;
use crate::text::decimal::{Notation, Style, write};

/// A large integer in decimal digits; `ValueError` when there are more than Python allows.
pub fn integer(heap: &mut Heap, number: &BigInt) -> Outcome<String> {
    // 10 bits are a little more than 3 digits: what is far too long is not even written.
    let text = if number.bits() * 3 / 10 > MOST_DIGITS as u64 + 1 { None } else { Some(number.to_string()) };
    match text.filter(|text| text.trim_start_matches('-').len() <= MOST_DIGITS) {
        Some(text) => Ok(text),
        None => Err(heap.raise(ExceptionKind::ValueError, exceeded(None))),
    }
}

/// A complex number as `repr` writes it: `(1+2j)`, `2j`.
pub fn complex(real: f64, imaginary: f64) -> String {
    let shortest = Style::new(Notation::Shortest, 0);
    let imaginary_text = write(imaginary, shortest);
    if real == 0.0 && real.is_sign_positive() {
        return format!("{imaginary_text}j");
    }
    let sign = if imaginary_text.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{imaginary_text}j)", write(real, shortest))
}
