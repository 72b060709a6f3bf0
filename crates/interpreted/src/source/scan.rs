//! The file cut into words, as CPython cuts it: what is wrong with one of them is told before any grammar is looked at.
//!
//! The parser has a scanner of its own. It forgives more, tells errors in other words and does not limit brackets. This one decides
//! those errors, and its words are where [`super::diagnose`] looks around a place at which the parser stopped.

use super::error::{ErrorKind, SourceError};
use super::file::{SourceFile, offset};
use super::tree::Range;

/// Levels of brackets, and of indentation, that CPython allows.
const MAXIMUM_BRACKETS: usize = 200;
const MAXIMUM_INDENTATIONS: usize = 100;

const CONTINUATION: &str = "unexpected character after line continuation character";
const UNEXPECTED_END: &str = "unexpected EOF while parsing";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordKind {
    /// A name or a keyword.
    Name,
    Number,
    /// With its prefix and its quotes.
    String,
    Operator,
    /// The end of a statement's line.
    Newline,
    Indent,
    Dedent,
    /// The end of the file.
    End,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub(super) kind: WordKind,
    pub(super) range: Range,
    /// How many brackets it is in. A bracket is not in itself where it opens, and is where it closes.
    pub(super) level: usize,
}

#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) words: Vec<Word>,
    /// What is wrong with a word. There are no words from there on.
    pub(super) error: Option<SourceError>,
    /// The error is told only if the parser gets as far as it: CPython looks through the rest of a file that does not parse for
    /// errors of some kinds, and not for these.
    pub(super) may_be_shadowed: bool,
    /// The innermost bracket that is open at the end of the file.
    pub(super) unclosed: Option<Range>,
    /// Bytes from one [`WordKind::Newline`] to the next, at most.
    pub(super) longest_line: usize,
}

pub(super) fn scan(source: &SourceFile) -> Scanned {
    let mut scanner = Scanner {
        source,
        bytes: source.text.as_bytes(),
        at: 0,
        words: Vec::new(),
        brackets: Vec::new(),
        indentations: vec![(0, 0)],
    };
    let error = scanner.null_byte().or_else(|| scanner.run().err());
    let may_be_shadowed = error.as_ref().is_some_and(|error| {
        error.kind != ErrorKind::Syntax || matches!(error.message.as_str(), CONTINUATION | UNEXPECTED_END)
    });
    let unclosed = scanner.brackets.last().map(|&(_, at)| range(at, at + 1));
    let ends = scanner.words.iter().filter(|word| word.kind == WordKind::Newline).map(|word| word.range.end as usize);
    let (last, longest) = ends.fold((0, 0), |(last, longest), end| (end, longest.max(end - last)));
    let longest_line = longest.max(source.text.len() - last);
    Scanned { words: scanner.words, error, may_be_shadowed, unclosed, longest_line }
}

struct Scanner<'a> {
    source: &'a SourceFile,
    bytes: &'a [u8],
    at: usize,
    words: Vec<Word>,
    /// Each open bracket and where it stands.
    brackets: Vec<(u8, usize)>,
    /// Columns with tabs of eight, and with tabs of one.
    indentations: Vec<(usize, usize)>,
}

type Scan<T> = Result<T, SourceError>;

fn range(start: usize, end: usize) -> Range {
    Range { start: offset(start), end: offset(end) }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_name_part(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit()
}

impl Scanner<'_> {
    /// A byte, or 0 behind the end: the text has no byte 0.
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn error<T>(&self, kind: ErrorKind, start: usize, end: usize, message: impl Into<String>) -> Scan<T> {
        Err(SourceError::new(kind, message, self.source, range(start, end)))
    }

    fn syntax<T>(&self, start: usize, message: impl Into<String>) -> Scan<T> {
        self.error(ErrorKind::Syntax, start, start + 1, message)
    }

    fn push(&mut self, kind: WordKind, start: usize) {
        let level = self.brackets.len();
        self.words.push(Word { kind, range: range(start, self.at), level });
    }

    fn null_byte(&self) -> Option<SourceError> {
        let at = self.bytes.iter().position(|&byte| byte == 0)?;
        self.error::<()>(ErrorKind::Syntax, at, at + 1, "source code cannot contain null bytes").err()
    }

    fn run(&mut self) -> Scan<()> {
        let mut new_line = true;
        loop {
            if std::mem::take(&mut new_line) && !self.indentation()? {
                self.skip_line();
                new_line = true;
                if !self.at_end() {
                    continue;
                }
            }
            while matches!(self.peek(0), b' ' | b'\t' | b'\x0c') {
                self.at += 1;
            }
            if self.peek(0) == b'#' {
                self.skip_comment();
            }
            if self.at_end() {
                return self.end();
            }
            new_line = self.word()?;
        }
    }

    fn skip_comment(&mut self) {
        while !self.at_end() && !matches!(self.peek(0), b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// Goes behind an empty line or one with a comment alone.
    fn skip_line(&mut self) {
        self.skip_comment();
        self.line_end();
    }

    fn line_end(&mut self) -> bool {
        let length = match (self.peek(0), self.peek(1)) {
            (b'\r', b'\n') => 2,
            (b'\r' | b'\n', _) => 1,
            _ => 0,
        };
        self.at += length;
        length > 0
    }

    /// What the file ends with. An open bracket is left to the reader of the words.
    fn end(&mut self) -> Scan<()> {
        let within = !self.brackets.is_empty();
        if !within {
            if self.words.last().is_some_and(|word| !matches!(word.kind, WordKind::Newline | WordKind::Dedent)) {
                self.push(WordKind::Newline, self.at);
            }
            for _ in 1..self.indentations.len() {
                self.push(WordKind::Dedent, self.at);
            }
        }
        self.push(WordKind::End, self.at);
        Ok(())
    }

    /// Reads the indentation of a line; false: there is nothing on it.
    fn indentation(&mut self) -> Scan<bool> {
        let (mut column, mut narrow) = (0, 0);
        loop {
            match self.peek(0) {
                b' ' => (column, narrow) = (column + 1, narrow + 1),
                b'\t' => (column, narrow) = ((column / 8 + 1) * 8, narrow + 1),
                b'\x0c' => (column, narrow) = (0, 0),
                _ => break,
            }
            self.at += 1;
        }
        if self.at_end() || matches!(self.peek(0), b'#' | b'\n' | b'\r') {
            return Ok(false);
        }
        self.indent_to(column, narrow)?;
        Ok(true)
    }

    fn indent_to(&mut self, column: usize, narrow: usize) -> Scan<()> {
        let inconsistent = |this: &Self| {
            this.error(ErrorKind::Tab, this.at, this.at + 1, "inconsistent use of tabs and spaces in indentation")
        };
        let &(top, narrow_top) = self.indentations.last().unwrap_or(&(0, 0));
        if column == top {
            return if narrow == narrow_top { Ok(()) } else { inconsistent(self) };
        }
        if column > top {
            if self.indentations.len() >= MAXIMUM_INDENTATIONS {
                return self.error(ErrorKind::Indentation, self.at, self.at + 1, "too many levels of indentation");
            }
            if narrow <= narrow_top {
                return inconsistent(self);
            }
            self.indentations.push((column, narrow));
            self.push(WordKind::Indent, self.at);
            return Ok(());
        }
        while self.indentations.last().is_some_and(|&(outer, _)| column < outer) {
            self.indentations.pop();
            self.push(WordKind::Dedent, self.at);
        }
        match self.indentations.last() {
            Some(&(outer, _)) if outer != column => {
                let text = "unindent does not match any outer indentation level";
                self.error(ErrorKind::Indentation, self.at, self.at + 1, text)
            }
            Some(&(_, outer)) if outer != narrow => inconsistent(self),
            _ => Ok(()),
        }
    }

    /// Reads one word; true: a new line of its own begins behind it.
    fn word(&mut self) -> Scan<bool> {
        let start = self.at;
        match self.peek(0) {
            b'\n' | b'\r' => {
                self.line_end();
                if self.brackets.is_empty() {
                    self.push(WordKind::Newline, start);
                    return Ok(true);
                }
            }
            b'\\' => {
                self.at += 1;
                if !self.line_end() {
                    return self.syntax(self.at.min(self.bytes.len()), CONTINUATION);
                }
                if self.at_end() {
                    return self.syntax(start, UNEXPECTED_END);
                }
            }
            b'"' | b'\'' => self.string(start)?,
            b'0'..=b'9' => self.number(start)?,
            b'.' if self.peek(1).is_ascii_digit() => self.number(start)?,
            byte if is_name_start(byte) => self.name(start)?,
            _ => self.operator(start)?,
        }
        Ok(false)
    }

    fn name(&mut self, start: usize) -> Scan<()> {
        let [mut binary, mut unicode, mut raw, mut format] = [false; 4];
        loop {
            match self.peek(0) {
                b'b' | b'B' if !(binary || unicode || format) => binary = true,
                b'u' | b'U' if !(binary || unicode || raw || format) => unicode = true,
                b'r' | b'R' if !(raw || unicode) => raw = true,
                b'f' | b'F' if !(format || binary || unicode) => format = true,
                _ => break,
            }
            self.at += 1;
            if matches!(self.peek(0), b'"' | b'\'') {
                return self.string(start);
            }
        }
        while is_name_part(self.peek(0)) {
            self.at += 1;
        }
        self.push(WordKind::Name, start);
        Ok(())
    }

    fn string(&mut self, start: usize) -> Scan<()> {
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        let length = if triple { 3 } else { 1 };
        self.at += length;
        loop {
            if self.at_end() || !triple && matches!(self.peek(0), b'\n' | b'\r') {
                let (what, end) =
                    if triple { ("triple-quoted string", self.source.lines()) } else { ("string", self.line()) };
                return self.syntax(start, format!("unterminated {what} literal (detected at line {end})"));
            }
            let byte = self.peek(0);
            if byte == b'\\' {
                self.at += 1;
                if !self.line_end() {
                    self.at += 1;
                }
            } else if byte == quote && (!triple || self.peek(1) == quote && self.peek(2) == quote) {
                self.at += length;
                break;
            } else {
                self.at += 1;
            }
        }
        self.push(WordKind::String, start);
        Ok(())
    }

    fn line(&self) -> usize {
        self.source.line_of(offset(self.at)).min(self.source.lines())
    }

    fn number(&mut self, start: usize) -> Scan<()> {
        match (self.peek(0), self.peek(1).to_ascii_lowercase()) {
            (b'0', b'x') => self.radix("hexadecimal", |byte| byte.is_ascii_hexdigit())?,
            (b'0', b'o') => self.radix("octal", |byte| matches!(byte, b'0'..=b'7'))?,
            (b'0', b'b') => self.radix("binary", |byte| matches!(byte, b'0' | b'1'))?,
            _ => self.decimal(start)?,
        }
        self.push(WordKind::Number, start);
        Ok(())
    }

    fn radix(&mut self, kind: &str, is_digit: fn(u8) -> bool) -> Scan<()> {
        self.at += 2;
        loop {
            if self.peek(0) == b'_' {
                self.at += 1;
            }
            if !is_digit(self.peek(0)) {
                return self.not_a_digit(kind);
            }
            while is_digit(self.peek(0)) {
                self.at += 1;
            }
            if self.peek(0) != b'_' {
                break;
            }
        }
        if self.peek(0).is_ascii_digit() {
            return self.not_a_digit(kind);
        }
        self.end_of_number(kind)
    }

    fn not_a_digit(&self, kind: &str) -> Scan<()> {
        let byte = self.peek(0);
        if byte.is_ascii_digit() {
            return self.syntax(self.at, format!("invalid digit '{}' in {kind} literal", char::from(byte)));
        }
        self.syntax(self.at - 1, format!("invalid {kind} literal"))
    }

    fn decimal(&mut self, start: usize) -> Scan<()> {
        let leading_zero = self.peek(0) == b'0';
        let mut integer = true;
        if self.peek(0) != b'.' {
            self.digits()?;
        }
        let whole_end = self.at;
        if self.peek(0) == b'.' {
            integer = false;
            self.at += 1;
            if self.peek(0).is_ascii_digit() {
                self.digits()?;
            }
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if self.peek(1 + sign).is_ascii_digit() {
                integer = false;
                self.at += 1 + sign;
                self.digits()?;
            } else if sign == 1 {
                return self.syntax(self.at, "invalid decimal literal");
            }
        }
        if matches!(self.peek(0), b'j' | b'J') {
            self.at += 1;
            return self.end_of_number("imaginary");
        }
        if integer && leading_zero && self.bytes[start..whole_end].iter().any(|byte| matches!(byte, b'1'..=b'9')) {
            let text =
                "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
            return self.error(ErrorKind::Syntax, start, whole_end, text);
        }
        self.end_of_number("decimal")
    }

    fn digits(&mut self) -> Scan<()> {
        loop {
            while self.peek(0).is_ascii_digit() {
                self.at += 1;
            }
            if self.peek(0) != b'_' {
                return Ok(());
            }
            self.at += 1;
            if !self.peek(0).is_ascii_digit() {
                return self.syntax(self.at - 1, "invalid decimal literal");
            }
        }
    }

    /// A name may not touch a number, unless it is a keyword that may follow one.
    fn end_of_number(&self, kind: &str) -> Scan<()> {
        let behind = &self.bytes[self.at..];
        let keywords: [&[u8]; 7] = [b"and", b"else", b"for", b"if", b"in", b"is", b"or"];
        if keywords.iter().any(|keyword| behind.starts_with(keyword)) || !is_name_part(self.peek(0)) {
            return Ok(());
        }
        self.syntax(self.at - 1, format!("invalid {kind} literal"))
    }

    fn operator(&mut self, start: usize) -> Scan<()> {
        let byte = self.peek(0);
        match byte {
            b'(' | b'[' | b'{' if self.brackets.len() >= MAXIMUM_BRACKETS => {
                return self.syntax(start, "too many nested parentheses");
            }
            0..0x20 | 0x7f => return self.syntax(start, format!("invalid non-printable character U+{byte:04X}")),
            _ => {}
        }
        let level = self.brackets.len();
        if matches!(byte, b')' | b']' | b'}') {
            self.close(byte)?;
        }
        const LONG: [&[u8]; 25] = [
            b"**=", b"//=", b">>=", b"<<=", b"...", b"**", b"//", b">>", b"<<", b"<=", b">=", b"==", b"!=", b"<>",
            b"->", b"+=", b"-=", b"*=", b"/=", b"%=", b"&=", b"|=", b"^=", b"@=", b":=",
        ];
        let rest = &self.bytes[start..];
        self.at += LONG.iter().find(|operator| rest.starts_with(operator)).map_or(1, |operator| operator.len());
        self.words.push(Word { kind: WordKind::Operator, range: range(start, self.at), level });
        if matches!(byte, b'(' | b'[' | b'{') {
            self.brackets.push((byte, start));
        }
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Scan<()> {
        let closing = char::from(byte);
        let Some(&(open, at)) = self.brackets.last() else {
            return self.syntax(self.at, format!("unmatched '{closing}'"));
        };
        if !matches!((open, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            let opening = char::from(open);
            let line = self.source.line_of(offset(at));
            let place = if line == self.line() { String::new() } else { format!(" on line {line}") };
            let text = format!("closing parenthesis '{closing}' does not match opening parenthesis '{opening}'{place}");
            return self.syntax(self.at, text);
        }
        self.brackets.pop();
        Ok(())
    }
}
