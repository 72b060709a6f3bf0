//! How many decimal digits an integer may have where it becomes text or is made of one.

/// So many at most, because the time grows with their square.
pub(crate) const MOST_DIGITS: usize = 4300;

/// What Python says of more; the number of digits where it is known.
pub(crate) fn exceeded(digits: Option<usize>) -> String {
    let value = digits.map(|digits| format!(": value has {digits} digits")).unwrap_or_default();
    format!(
        "Exceeds the limit ({MOST_DIGITS} digits) for integer string conversion{value}; \
         use sys.set_int_max_str_digits() to increase the limit"
    )
}
