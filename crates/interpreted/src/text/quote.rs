//! Strings as `repr` writes them: in quotes, what cannot be seen as an escape.

use std::fmt::Write;

use crate::text::printable::is_printable;

/// A string in quotes. With `ascii` everything beyond ASCII is escaped too.
pub fn quote(text: &str, ascii: bool) -> String {
    let mark = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(mark);
    for character in text.chars() {
        match character {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if character == mark => quoted.extend(['\\', mark]),
            ' '..='~' => quoted.push(character),
            _ if !ascii && is_printable(character) => quoted.push(character),
            _ => escape(&mut quoted, character),
        }
    }
    quoted.push(mark);
    quoted
}

/// A text with everything beyond ASCII escaped.
pub(crate) fn escape_beyond_ascii(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            escape(&mut escaped, character);
        }
    }
    escaped
}

fn escape(text: &mut String, character: char) {
    let result = match character as u32 {
        code @ 0..=0xff => write!(text, "\\x{code:02x}"),
        code @ 0x100..=0xffff => write!(text, "\\u{code:04x}"),
        code => write!(text, "\\U{code:08x}"),
    };
    result.expect("a string takes everything");
}
