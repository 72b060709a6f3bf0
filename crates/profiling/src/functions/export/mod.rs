//! Profiles for other programs, and as pictures.

pub(super) mod callgrind;
pub(super) mod dot;
pub(super) mod flamegraph;
pub(super) mod folded;
pub(super) mod square_map;

use std::fmt::Write as _;

/// Text for XML, within elements and within attributes.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            // No XML may contain the others.
            c if c.is_control() && c != '\n' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A time with three significant digits and the unit that suits it.
fn readable(ns: u64) -> String {
    let ns = ns as f64;
    let (value, unit) = match ns {
        _ if ns < 1e3 => return format!("{ns} ns"),
        _ if ns < 1e6 => (ns / 1e3, "µs"),
        _ if ns < 1e9 => (ns / 1e6, "ms"),
        _ => (ns / 1e9, "s"),
    };
    let digits = if value < 10.0 {
        2
    } else if value < 100.0 {
        1
    } else {
        0
    };
    let mut text = String::new();
    _ = write!(text, "{value:.digits$} {unit}");
    text
}

/// A part of a whole, in percent; 0 of nothing.
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_a_unit() {
        let times = [0, 999, 1000, 12_345, 999_000, 1_234_567, 12_345_678_901].map(readable);
        assert_eq!(times, ["0 ns", "999 ns", "1.00 µs", "12.3 µs", "999 µs", "1.23 ms", "12.3 s"]);
    }

    #[test]
    fn names_cannot_break_out_of_a_picture() {
        assert_eq!(xml("<impl \"A\" & B>\u{7}"), "&lt;impl &quot;A&quot; &amp; B&gt;\u{fffd}");
    }
}
