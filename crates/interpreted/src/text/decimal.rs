//! Floating-point numbers in decimal digits, as C's conversions `e`, `f` and `g` and Python's `repr` write them.

use std::fmt::Write;

/// No number has more digits after its point than this, so all further ones are 0.
const LONGEST: usize = 1100;

/// Where the point stands, and how many digits there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// `1.5e+00`: as many digits after the point as the precision says.
    Exponent,
    /// `1.5`: as many digits after the point as the precision says.
    Fixed,
    /// Either, and as many digits in all as the precision says, zeros at the end left out.
    General,
    /// The fewest digits that give the number again when they are read.
    Shortest,
}

/// How a number is to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) notation: Notation,
    /// How many digits.
    pub(crate) precision: usize,
    /// Whether the point and zeros at the end stay: `#`.
    pub(crate) alternate: bool,
    /// Whether what looks like an integer gets `.0`.
    pub(crate) point_zero: bool,
    /// Whether -0 is written as 0: `z`.
    pub(crate) no_negative_zero: bool,
    /// Whether letters are large.
    pub(crate) upper: bool,
}

impl Style {
    pub(crate) fn new(notation: Notation, precision: usize) -> Style {
        Style { notation, precision, alternate: false, point_zero: false, no_negative_zero: false, upper: false }
    }
}

/// A number as `repr` writes it.
pub fn float(number: f64) -> String {
    write(number, Style { point_zero: true, ..Style::new(Notation::Shortest, 0) })
}

/// A number in a style.
pub(crate) fn write(number: f64, style: Style) -> String {
    let mut text = if number.is_nan() {
        String::from("nan")
    } else if number.is_infinite() {
        String::from(if number > 0.0 { "inf" } else { "-inf" })
    } else {
        match style.notation {
            Notation::Fixed => fixed(number, style),
            Notation::Exponent => {
                let (negative, digits, exponent) = rounded(number, style.precision);
                with_exponent(negative, &digits, exponent, style)
            }
            Notation::General => general(number, style),
            Notation::Shortest => shortest(number, style),
        }
    };
    let is_zero = |text: &str| text.chars().take_while(|&c| c != 'e').all(|c| matches!(c, '-' | '0' | '.'));
    if style.no_negative_zero && text.starts_with('-') && is_zero(&text) {
        text.remove(0);
    }
    if style.upper {
        text.make_ascii_uppercase();
    }
    text
}

fn zeros(text: &mut String, count: usize) {
    text.extend(std::iter::repeat_n('0', count));
}

fn fixed(number: f64, style: Style) -> String {
    let shown = style.precision.min(LONGEST);
    let mut text = format!("{number:.shown$}");
    zeros(&mut text, style.precision - shown);
    if style.alternate && style.precision == 0 {
        text.push('.');
    }
    text
}

/// Sign, digits and exponent of a number that is rounded to one digit and so many more.
fn rounded(number: f64, decimals: usize) -> (bool, String, i32) {
    let shown = decimals.min(LONGEST);
    let (negative, mut digits, exponent) = parts(&format!("{number:.shown$e}"));
    zeros(&mut digits, decimals - shown);
    (negative, digits, exponent)
}

/// Takes `-1.25e-3` apart: sign, digits without the point, exponent.
fn parts(text: &str) -> (bool, String, i32) {
    let (mantissa, exponent) = text.split_once('e').expect("the number was written with an exponent");
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
    (text.starts_with('-'), digits, exponent.parse().expect("an exponent is an integer"))
}

fn with_exponent(negative: bool, digits: &str, exponent: i32, style: Style) -> String {
    let mut text = String::from(if negative { "-" } else { "" });
    text.push_str(&digits[..1]);
    if digits.len() > 1 || style.alternate {
        text.push('.');
        text.push_str(&digits[1..]);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(text, "e{sign}{:02}", exponent.unsigned_abs()).expect("a string takes everything");
    text
}

/// Digits with a point among them: `exponent` is that of the first digit.
fn with_point(negative: bool, digits: &str, exponent: i32, style: Style) -> String {
    let mut text = String::from(if negative { "-" } else { "" });
    if exponent < 0 {
        text.push_str("0.");
        zeros(&mut text, exponent.unsigned_abs() as usize - 1);
        text.push_str(digits);
        return text;
    }
    let whole = exponent as usize + 1;
    if digits.len() > whole {
        text.push_str(&digits[..whole]);
        text.push('.');
        text.push_str(&digits[whole..]);
        return text;
    }
    text.push_str(digits);
    zeros(&mut text, whole - digits.len());
    if style.point_zero {
        text.push_str(".0");
    } else if style.alternate {
        text.push('.');
    }
    text
}

fn general(number: f64, style: Style) -> String {
    let precision = style.precision.max(1);
    let (negative, mut digits, exponent) = rounded(number, precision - 1);
    if !style.alternate {
        digits.truncate(digits.trim_end_matches('0').len().max(1));
    }
    let limit = i32::try_from(precision).unwrap_or(i32::MAX) - i32::from(style.point_zero);
    if exponent < -4 || exponent >= limit {
        with_exponent(negative, &digits, exponent, style)
    } else {
        with_point(negative, &digits, exponent, style)
    }
}

fn shortest(number: f64, style: Style) -> String {
    let (negative, digits, exponent) = fewest_digits(number);
    if (-4..16).contains(&exponent) {
        with_point(negative, &digits, exponent, style)
    } else {
        with_exponent(negative, &digits, exponent, style)
    }
}

/// Sign, digits and exponent of the shortest text that gives the number again.
fn fewest_digits(number: f64) -> (bool, String, i32) {
    let text = format!("{number:e}");
    let shortest = parts(&text);
    // Of two texts of equal length Python takes the nearer one, and of two that are equally near the one with the even digit.
    // Fewer than 16 digits never leave a choice.
    if shortest.1.len() >= 16 {
        let decimals = shortest.1.len() - 1;
        let nearest = format!("{number:.decimals$e}");
        if nearest.parse() == Ok(number) {
            return parts(&nearest);
        }
    }
    shortest
}
