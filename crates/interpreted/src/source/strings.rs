//! What is wrong within a string: escapes, and f-strings as CPython 3.11 reads them, which is stricter than the parser.

use super::error::{ErrorKind, SourceError};
use super::scan::{Word, WordKind};
use super::tree::Range;
use super::words::Words;

/// Brackets within one expression of an f-string, and f-strings within format specifications, that CPython allows.
const MAXIMUM_BRACKETS: usize = 200;
const MAXIMUM_NESTING: usize = 2;

/// What is wrong, in CPython's words.
type Checked<T> = Result<T, String>;

/// The first string of a file that is wrong. `inner` says what is wrong with an expression, given its text.
pub(super) fn first_error(
    words: &Words<'_>,
    list: &[Word],
    inner: &dyn Fn(&str) -> Option<String>,
) -> Option<SourceError> {
    list.iter().filter(|word| word.kind == WordKind::String).find_map(|word| {
        let message = check(words.source.slice(word.range), inner).err()?;
        Some(SourceError::new(ErrorKind::Syntax, message, words.source, word.range))
    })
}

fn check(written: &str, inner: &dyn Fn(&str) -> Option<String>) -> Checked<()> {
    let quote_at = written.find(['"', '\'']).unwrap_or(0);
    let (prefix, quoted) = written.split_at(quote_at);
    let length = if quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''")) { 3 } else { 1 };
    let body = quoted.get(length..quoted.len() - length).unwrap_or("");
    let has = |letter: char| prefix.chars().any(|found| found.eq_ignore_ascii_case(&letter));
    if has('f') {
        let mut reader = Reader { text: body, at: 0, raw: has('r'), inner };
        return reader.parts(0);
    }
    if has('r') || has('b') {
        return Ok(());
    }
    escapes(body)
}

/// Escapes that name no character.
fn escapes(text: &str) -> Checked<()> {
    // CPython counts in a copy in which each character beyond ASCII takes ten places.
    let (mut place, mut rest) = (0, text);
    while let Some(character) = rest.chars().next() {
        if character != '\\' {
            place += if character.is_ascii() { 1 } else { 10 };
            rest = &rest[character.len_utf8()..];
            continue;
        }
        let letter = rest[1..].chars().next();
        let (digits, name) = match letter {
            Some('x') => (2, "truncated \\xXX escape"),
            Some('u') => (4, "truncated \\uXXXX escape"),
            Some('U') => (8, "truncated \\UXXXXXXXX escape"),
            Some('N') => {
                let length = named_escape(rest, place)?;
                (place, rest) = (place + length, &rest[length..]);
                continue;
            }
            other => {
                let length = other.map_or(0, char::len_utf8);
                place += 1 + if length > 1 { 10 } else { length };
                rest = &rest[1 + length..];
                continue;
            }
        };
        let found = rest[2..].bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
        let wrong = |reason: &str| Err(undecodable(place, place + 1 + found, reason));
        if found < digits {
            return wrong(name);
        }
        if u32::from_str_radix(&rest[2..2 + digits], 16).is_ok_and(|code| code > 0x10_ffff) {
            return wrong("illegal Unicode character");
        }
        (place, rest) = (place + 2 + digits, &rest[2 + digits..]);
    }
    Ok(())
}

/// The length of `\N{...}`. Whether the name is known is left to the parser.
fn named_escape(rest: &str, place: usize) -> Checked<usize> {
    let closed = rest[2..].strip_prefix('{').and_then(|name| name.find('}'));
    match closed {
        Some(length) if length > 0 => Ok(4 + length),
        Some(_) => Err(undecodable(place, place + 3, "malformed \\N character escape")),
        None => {
            let open = rest[2..].starts_with('{');
            let last = if open { place + rest.len() - 1 } else { place + 1 };
            Err(undecodable(place, last, "malformed \\N character escape"))
        }
    }
}

fn undecodable(first: usize, last: usize, reason: &str) -> String {
    format!("(unicode error) 'unicodeescape' codec can't decode bytes in position {first}-{last}: {reason}")
}

/// What CPython says about a name that the parser does not know, in the first string with one.
pub(super) fn unknown_name(words: &Words<'_>, range: Range) -> Option<SourceError> {
    let word = words.get(words.at(range.start));
    let written = words.source.slice(word.range);
    let start = written.find(['"', '\''])?;
    let quoted = &written[start..];
    let length = if quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''")) { 3 } else { 1 };
    let body = &quoted[length..];
    let at = body.find("\\N{")?;
    let place = body[..at].chars().map(|character| if character.is_ascii() { 1 } else { 10 }).sum::<usize>();
    let last = place + body[at..].find('}')?;
    let message = undecodable(place, last, "unknown Unicode character name");
    Some(SourceError::new(ErrorKind::Syntax, message, words.source, word.range))
}

/// Reads the body of an f-string.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    raw: bool,
    inner: &'a dyn Fn(&str) -> Option<String>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// Literal parts and replacement fields, up to the end or, within a specification, up to `}`.
    fn parts(&mut self, nesting: usize) -> Checked<()> {
        loop {
            let start = self.at;
            let ends = self.literal(nesting)?;
            let literal = &self.text[start..self.at];
            if !self.raw {
                escapes(literal)?;
            }
            if ends || self.peek(0) == Some(b'}') {
                return Ok(());
            }
            self.field(nesting)?;
        }
    }

    /// Goes to the next `{` or `}` that is not doubled; true: there is none.
    fn literal(&mut self, nesting: usize) -> Checked<bool> {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' if !self.raw => {
                    let is_name = self.peek(1) == Some(b'N') && self.peek(2) == Some(b'{');
                    let close = if is_name { self.text[self.at..].find('}') } else { None };
                    self.at += match close {
                        Some(length) => length + 1,
                        None => 1,
                    };
                    // What is escaped is read with the backslash, unless it is a brace.
                    if close.is_none()
                        && self.peek(0).is_some_and(|next| !matches!(next, b'{' | b'}') && next.is_ascii())
                    {
                        self.at += 1;
                    }
                }
                b'{' | b'}' if nesting == 0 && self.peek(1) == Some(byte) => self.at += 2,
                b'}' if nesting == 0 => return Err("f-string: single '}' is not allowed".to_owned()),
                b'{' | b'}' => return Ok(false),
                _ => self.at += 1,
            }
        }
        Ok(true)
    }

    /// `{expression!r:specification}`
    fn field(&mut self, nesting: usize) -> Checked<()> {
        let unfinished = || Err("f-string: expecting '}'".to_owned());
        if nesting >= MAXIMUM_NESTING {
            return Err("f-string: expressions nested too deeply".to_owned());
        }
        self.at += 1;
        let start = self.at;
        self.expression()?;
        if self.peek(0).is_none() {
            return unfinished();
        }
        let expression = &self.text[start..self.at];
        if expression.trim_matches([' ', '\t', '\n', '\r', '\x0c']).is_empty() {
            return Err("f-string: empty expression not allowed".to_owned());
        }
        if let Some(message) = (self.inner)(expression) {
            return Err(format!("f-string: {message}"));
        }
        if self.peek(0) == Some(b'=') {
            self.at += 1;
            while self.peek(0).is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.at += 1;
            }
        }
        if self.peek(0) == Some(b'!') {
            match self.peek(1) {
                None => return unfinished(),
                Some(b's' | b'r' | b'a') => self.at += 2,
                Some(_) => return Err("f-string: invalid conversion character: expected 's', 'r', or 'a'".to_owned()),
            }
        }
        if self.peek(0) == Some(b':') {
            self.at += 1;
            self.parts(nesting + 1)?;
        }
        if self.peek(0) != Some(b'}') {
            return unfinished();
        }
        self.at += 1;
        Ok(())
    }

    /// Goes to the end of an expression.
    fn expression(&mut self) -> Checked<()> {
        let mut brackets: Vec<u8> = Vec::new();
        let mut quote: Option<(u8, usize)> = None;
        while let Some(byte) = self.peek(0) {
            let tripled = self.peek(1) == Some(byte) && self.peek(2) == Some(byte);
            if byte == b'\\' {
                return Err("f-string expression part cannot include a backslash".to_owned());
            }
            if let Some((open, length)) = quote {
                if byte == open && (length == 1 || tripled) {
                    self.at += length - 1;
                    quote = None;
                }
            } else {
                match byte {
                    b'"' | b'\'' => {
                        quote = Some((byte, if tripled { 3 } else { 1 }));
                        self.at += if tripled { 2 } else { 0 };
                    }
                    b'(' | b'[' | b'{' if brackets.len() >= MAXIMUM_BRACKETS => {
                        return Err("f-string: too many nested parenthesis".to_owned());
                    }
                    b'(' | b'[' | b'{' => brackets.push(byte),
                    b'#' => return Err("f-string expression part cannot include '#'".to_owned()),
                    b'!' | b'=' | b'<' | b'>' if brackets.is_empty() && self.peek(1) == Some(b'=') => self.at += 1,
                    b'<' | b'>' if brackets.is_empty() => {}
                    b'!' | b':' | b'}' | b'=' if brackets.is_empty() => break,
                    b')' | b']' | b'}' => Self::close(&mut brackets, byte)?,
                    _ => {}
                }
            }
            self.at += 1;
        }
        if quote.is_some() {
            return Err("f-string: unterminated string".to_owned());
        }
        match brackets.last() {
            Some(&open) => Err(format!("f-string: unmatched '{}'", char::from(open))),
            None => Ok(()),
        }
    }

    fn close(brackets: &mut Vec<u8>, byte: u8) -> Checked<()> {
        let closing = char::from(byte);
        match brackets.pop() {
            None => Err(format!("f-string: unmatched '{closing}'")),
            Some(open) if matches!((open, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) => Ok(()),
            Some(open) => Err(format!(
                "f-string: closing parenthesis '{closing}' does not match opening parenthesis '{}'",
                char::from(open)
            )),
        }
    }
}
