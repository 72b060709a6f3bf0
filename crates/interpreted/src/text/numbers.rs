//! Integers and complex numbers as text.

use num_bigint::BigInt;

use crate::error::{ExceptionKind, Outcome};
use crate::heap::Heap;
use crate::text::decimal::{Notation, Style, write};

/// How many decimal digits Python writes or reads at most, because the time grows with their square.
pub(crate) const MOST_DIGITS: u64 = 4300;

/// A large integer in decimal digits; `ValueError` when there are more than Python allows.
pub fn integer(heap: &mut Heap, number: &BigInt) -> Outcome<String> {
    // 10 bits are a little more than 3 digits: what is far too long is not even written.
    let text = if number.bits() * 3 / 10 > MOST_DIGITS + 1 { None } else { Some(number.to_string()) };
    match text.filter(|text| text.trim_start_matches('-').len() as u64 <= MOST_DIGITS) {
        Some(text) => Ok(text),
        None => Err(heap.raise(
            ExceptionKind::ValueError,
            format!(
                "Exceeds the limit ({MOST_DIGITS} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
            ),
        )),
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
