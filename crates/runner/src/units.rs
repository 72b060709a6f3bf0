//! Numbers with their units, as chapters write them.

use std::time::Duration;

/// What stands in a cell that has nothing to say.
pub const DASH: &str = "-";

/// A time in milliseconds, with three digits behind the point below 10.
///
/// ```
/// # use std::time::Duration;
/// assert_eq!(runner::units::ms(Duration::from_micros(1234)), "1.234");
/// assert_eq!(runner::units::ms(Duration::from_micros(12_345)), "12.3");
/// ```
pub fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 10.0 { format!("{ms:.3}") } else { format!("{ms:.1}") }
}

/// A time in microseconds.
///
/// ```
/// # use std::time::Duration;
/// assert_eq!(runner::units::us(Duration::from_nanos(1250)), "1.2");
/// ```
pub fn us(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e6)
}

/// A number with its thousands apart.
///
/// ```
/// assert_eq!(runner::units::grouped(1_148_485), "1 148 485");
/// ```
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

/// How many times as much or as fast: two digits behind the point.
///
/// ```
/// assert_eq!(runner::units::times(1.5), "1.50 x");
/// ```
pub fn times(ratio: f64) -> String {
    format!("{ratio:.2} x")
}

/// What a number that may be missing looks like in a table.
///
/// ```
/// # use runner::units::{or_dash, times};
/// assert_eq!((or_dash(Some(2.0), times), or_dash(None, times)), ("2.00 x".to_owned(), "-".to_owned()));
/// ```
pub fn or_dash<N>(number: Option<N>, shown: impl FnOnce(N) -> String) -> String {
    number.map_or_else(|| DASH.to_owned(), shown)
}

/// Milliseconds with three significant digits or more.
pub(crate) fn time(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms >= 100.0 => format!("{ms:.0}"),
        ms if ms >= 10.0 => format!("{ms:.1}"),
        ms if ms >= 1.0 => format!("{ms:.2}"),
        ms => format!("{ms:.4}"),
    }
}

/// A ratio with three significant digits or more.
pub(crate) fn ratio(ratio: f64) -> String {
    match ratio {
        ratio if ratio >= 100.0 => format!("{ratio:.0} x"),
        ratio if ratio >= 10.0 => format!("{ratio:.1} x"),
        ratio => format!("{ratio:.2} x"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!([0.01234, 1.234, 12.34, 1234.5].map(time), ["0.0123", "1.23", "12.3", "1234"]);
        assert_eq!([0.5, 12.34, 123.4].map(ratio), ["0.50 x", "12.3 x", "123 x"]);
    }
}
