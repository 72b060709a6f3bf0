//! What stands behind the colon in `{value:>10.3f}`: the format mini-language.

use crate::error::Outcome;
use crate::heap::Heap;

/// On which side the room that is left is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
    Centre,
    /// Between the sign and the digits.
    AfterSign,
}

/// What stands between groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grouping {
    None,
    Comma,
    Underscore,
}

impl Grouping {
    pub(crate) fn separator(self) -> Option<char> {
        match self {
            Grouping::None => None,
            Grouping::Comma => Some(','),
            Grouping::Underscore => Some('_'),
        }
    }
}

/// A format specification taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Specification {
    pub(crate) fill: char,
    pub(crate) align: Align,
    pub(crate) sign: Option<char>,
    pub(crate) no_negative_zero: bool,
    pub(crate) alternate: bool,
    pub(crate) width: usize,
    pub(crate) grouping: Grouping,
    pub(crate) precision: Option<usize>,
    /// The letter at the end.
    pub(crate) kind: Option<char>,
}

fn align(character: char) -> Option<Align> {
    Some(match character {
        '<' => Align::Left,
        '>' => Align::Right,
        '^' => Align::Centre,
        '=' => Align::AfterSign,
        _ => return None,
    })
}

/// Characters that are read one after the other.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.rest = &self.rest[character.len_utf8()..];
        Some(character)
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.take();
        }
        found
    }

    /// An integer, if there is one; an error when it is too large.
    fn number(&mut self, heap: &mut Heap) -> Outcome<Option<usize>> {
        let digits = self.rest.len() - self.rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        if number.is_empty() {
            return Ok(None);
        }
        match number.parse::<i64>() {
            Ok(number) => Ok(Some(number as usize)),
            Err(_) => Err(heap.value_error("Too many decimal digits in format string")),
        }
    }
}

/// Takes a specification apart. `type_name` is that of the value, for messages.
pub(crate) fn parse(heap: &mut Heap, text: &str, type_name: &str, default_align: Align) -> Outcome<Specification> {
    let mut result = Specification {
        fill: ' ',
        align: default_align,
        sign: None,
        no_negative_zero: false,
        alternate: false,
        width: 0,
        grouping: Grouping::None,
        precision: None,
        kind: None,
    };
    let mut reader = Reader { rest: text };
    let (mut fill_given, mut align_given) = (false, false);
    let mut characters = text.chars();
    let (first, second) = (characters.next(), characters.next());
    if let (Some(fill), Some(side)) = (first, second.and_then(align)) {
        (result.fill, result.align) = (fill, side);
        (fill_given, align_given) = (true, true);
        reader.take();
        reader.take();
    } else if let Some(side) = first.and_then(align) {
        result.align = side;
        align_given = true;
        reader.take();
    }
    if matches!(reader.peek(), Some(' ' | '+' | '-')) {
        result.sign = reader.take();
    }
    result.no_negative_zero = reader.accept('z');
    result.alternate = reader.accept('#');
    if !fill_given && reader.accept('0') {
        result.fill = '0';
        if !align_given && default_align == Align::Right {
            result.align = Align::AfterSign;
        }
    }
    result.width = reader.number(heap)?.unwrap_or(0);
    result.grouping = read_grouping(heap, &mut reader)?;
    if reader.accept('.') {
        result.precision = reader.number(heap)?;
        if result.precision.is_none() {
            return Err(heap.value_error("Format specifier missing precision"));
        }
    }
    result.kind = reader.take();
    if !reader.rest.is_empty() {
        return Err(heap.value_error(format!("Invalid format specifier '{text}' for object of type '{type_name}'")));
    }
    check_grouping(heap, &result)?;
    Ok(result)
}

/// What stands between groups of digits: one sign, never two different ones.
fn read_grouping(heap: &mut Heap, reader: &mut Reader<'_>) -> Outcome<Grouping> {
    let comma = reader.accept(',');
    let underscore = reader.accept('_');
    if underscore && (comma || reader.peek() == Some(',')) {
        return Err(heap.value_error("Cannot specify both ',' and '_'."));
    }
    Ok(match (comma, underscore) {
        (true, _) => Grouping::Comma,
        (_, true) => Grouping::Underscore,
        _ => Grouping::None,
    })
}

fn check_grouping(heap: &mut Heap, specification: &Specification) -> Outcome<()> {
    let Some(separator) = specification.grouping.separator() else { return Ok(()) };
    match specification.kind {
        None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => Ok(()),
        Some('b' | 'o' | 'x' | 'X') if separator == '_' => Ok(()),
        Some(kind) => Err(heap.value_error(format!("Cannot specify '{separator}' with '{}'.", shown(kind)))),
    }
}

/// A letter as a message shows it.
fn shown(kind: char) -> String {
    if ('!'..='\x7f').contains(&kind) { kind.to_string() } else { format!("\\x{:x}", kind as u32) }
}

/// The error of a letter that a type does not know.
pub(crate) fn unknown_kind(heap: &mut Heap, kind: char, type_name: &str) -> crate::error::Raised {
    heap.value_error(format!("Unknown format code '{}' for object of type '{type_name}'", shown(kind)))
}
