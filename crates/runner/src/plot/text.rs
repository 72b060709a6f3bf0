//! Numbers and names as they stand in a plot, and the room that they take.

/// The size of all text but the title, in pixels.
pub(super) const TEXT_SIZE: f64 = 13.0;

/// A number with so many significant digits, without closing zeros: 1824, 14.3, 0.0125, 3.2×10⁹.
pub(super) fn number(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    // Rust's own rounding, so that 999.7 is 1000 rather than 10.0×10².
    let rounded = format!("{value:.*e}", digits.saturating_sub(1));
    let (mantissa, power) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let trimmed = |text: &str| {
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
    };
    if (-3..6).contains(&power) {
        let decimals = (digits as i32 - 1 - power).max(0) as usize;
        return trimmed(&format!("{value:.decimals$}"));
    }
    let superscript = |digit: char| {
        digit.to_digit(10).map_or('⁻', |digit| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize])
    };
    let power: String = power.to_string().chars().map(superscript).collect();
    match trimmed(mantissa).as_str() {
        "1" => format!("10{power}"),
        "-1" => format!("-10{power}"),
        mantissa => format!("{mantissa}×10{power}"),
    }
}

/// A power of two in the units of memory: 512, 4 Ki, 32 Mi.
pub(super) fn binary_number(value: f64) -> String {
    let units = [(30, "Gi"), (20, "Mi"), (10, "Ki")];
    let unit = units.into_iter().find(|(power, _)| value >= 2_f64.powi(*power));
    unit.map_or_else(|| number(value, 4), |(power, unit)| format!("{} {unit}", number(value / 2_f64.powi(power), 4)))
}

/// The width of a text in a wide sans-serif font: the reader's own is unknown.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    let width = |character: char| match character {
        ' ' | '!' | '\'' | '(' | ')' | ',' | '.' | ':' | ';' | 'I' | 'f' | 'i' | 'j' | 'l' | 'r' | 't' | '|' => 0.41,
        'M' | 'W' | 'm' | 'w' | '%' | '@' | '…' | '\u{2003}' => 1.0,
        '+' | '<' | '=' | '>' | '×' => 0.84,
        'A'..='Z' | '&' => 0.76,
        // Among these are the scripts whose characters are square.
        '\u{1100}'.. => 1.0,
        _ => 0.64,
    };
    size * text.chars().map(width).sum::<f64>()
}

/// Characters of a text of which any could be shown.
const LONGEST: usize = 400;

/// A text that fits into the room: the middle of a long one is left out, as names differ at their ends.
pub(super) fn shortened(text: &str, room: f64) -> String {
    let mut characters: Vec<_> = text.chars().collect();
    // Nothing that is longer fits into any plot, and each length is tried.
    if characters.len() > LONGEST {
        characters.drain(LONGEST / 2..characters.len() - LONGEST / 2);
    }
    let text: String = characters.iter().collect();
    let without = |left_out: usize| {
        let kept = characters.len() - left_out;
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let ends = [&characters[..head], &['…'], &characters[characters.len() - tail..]];
        ends.concat().into_iter().collect::<String>()
    };
    let fits = |text: &String| text_width(text, TEXT_SIZE) <= room;
    let candidates = std::iter::once(text).chain((1..=characters.len()).map(without));
    candidates.into_iter().find(fits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let short = |value| number(value, 3);
        assert_eq!([0.0, 1824.3, 14.25, 130.04, 999.7].map(short), ["0", "1824", "14.2", "130", "1000"]);
        assert_eq!([0.0125, 0.001, -0.5, 123_456.7].map(short), ["0.0125", "0.001", "-0.5", "123457"]);
        assert_eq!([3.2e9, 1e6, 999_999.9, 1.5e-9].map(short), ["3.2×10⁹", "10⁶", "10⁶", "1.5×10⁻⁹"]);
        assert_eq!([512.0, 4096.0, 33_554_432.0, 0.5].map(binary_number), ["512", "4 Ki", "32 Mi", "0.5"]);
    }

    #[test]
    fn a_text_that_is_too_long_keeps_both_ends() {
        assert_eq!(shortened("short", 100.0), "short");
        let cut = shortened("vectorised::mandelbrot::lanes", 120.0);
        assert!(cut.starts_with("vec") && cut.contains('…') && cut.ends_with("nes"), "{cut}");
        assert!(text_width(&cut, TEXT_SIZE) <= 120.0);
        assert_eq!(shortened("anything", 0.0), "");
        // A text of any length is cut at once.
        let cut = shortened(&format!("ab{}yz", "i".repeat(3_000_000)), 120.0);
        assert!(cut.starts_with("ab") && cut.ends_with("yz") && cut.chars().count() < 30, "{cut}");
    }
}
