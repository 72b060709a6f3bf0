//! Looking around in the words of a file.

use super::file::{SourceFile, offset};
use super::scan::{Word, WordKind};
use super::tree::Range;

/// Keywords that are no value by themselves.
const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// The words of a file. The last one is its end.
pub(super) struct Words<'a> {
    pub(super) source: &'a SourceFile,
    words: &'a [Word],
}

impl<'a> Words<'a> {
    pub(super) fn new(source: &'a SourceFile, words: &'a [Word]) -> Self {
        Self { source, words }
    }

    /// A word, or the end of the file.
    pub(super) fn get(&self, index: usize) -> Word {
        let end = offset(self.source.text.len());
        let end = Word { kind: WordKind::End, range: Range { start: end, end }, level: 0 };
        self.words.get(index).copied().unwrap_or(end)
    }

    /// What is written; empty for the ends of lines and for indentation.
    pub(super) fn text(&self, index: usize) -> &'a str {
        match self.get(index).kind {
            WordKind::Newline | WordKind::Indent | WordKind::Dedent | WordKind::End => "",
            _ => self.source.slice(self.get(index).range),
        }
    }

    /// The written word at an offset, or the first word behind it.
    pub(super) fn at(&self, offset: u32) -> usize {
        let mut at = self.words.partition_point(|word| word.range.start < offset && word.range.end <= offset);
        // Indentation takes no room: it lies at the word behind it.
        while matches!(self.get(at).kind, WordKind::Indent | WordKind::Dedent) && self.get(at).range.start == offset {
            at += 1;
        }
        at
    }

    /// From one word up to the end of another.
    pub(super) fn span(&self, first: usize, last: usize) -> Range {
        let start = self.get(first).range.start;
        Range { start, end: self.get(last).range.end.max(start) }
    }

    fn is_layout(&self, index: usize) -> bool {
        matches!(self.get(index).kind, WordKind::Newline | WordKind::Indent | WordKind::Dedent)
    }

    /// The first word of the line of statements that a word is in.
    pub(super) fn line_start(&self, index: usize) -> usize {
        let mut at = index;
        while at > 0 && !self.is_layout(at - 1) {
            at -= 1;
        }
        at
    }

    /// The last word of the statement that a word is in.
    pub(super) fn statement_end(&self, index: usize) -> usize {
        let level = self.get(index).level;
        let mut at = index;
        while !self.is_layout(at + 1)
            && self.get(at + 1).kind != WordKind::End
            && self.text(at + 1) != ";"
            && !(level > 0 && self.get(at + 1).level <= level && matches!(self.text(at + 1), ")" | "]" | "}"))
        {
            at += 1;
        }
        at
    }

    /// The keyword that the line of a word begins with.
    pub(super) fn keyword_of(&self, index: usize) -> &'a str {
        let start = self.line_start(index);
        match self.text(start) {
            "async" => self.text(start + 1),
            keyword => keyword,
        }
    }

    /// The first word of the line above a place where a block is missing.
    pub(super) fn header_above(&self, index: usize) -> usize {
        let mut at = index.min(self.words.len().saturating_sub(1));
        while at > 0 && (self.is_layout(at) || self.get(at).kind == WordKind::End) {
            at -= 1;
        }
        if at == index && at > 0 && self.is_layout(at - 1) {
            at -= 1;
            while at > 0 && self.is_layout(at) {
                at -= 1;
            }
        }
        self.line_start(at)
    }

    pub(super) fn only_end_follows(&self, index: usize) -> bool {
        (index..self.words.len()).all(|at| self.is_layout(at) || self.get(at).kind == WordKind::End)
    }

    /// The first word from one on that is written.
    pub(super) fn behind_layout(&self, index: usize) -> usize {
        (index..self.words.len()).find(|&at| !self.is_layout(at)).unwrap_or(index)
    }

    /// Whether an offset lies before the end of the last word that is written.
    pub(super) fn is_before_last(&self, at: u32) -> bool {
        self.words.iter().rfind(|word| word.range.start < word.range.end).is_some_and(|last| at < last.range.end)
    }

    fn column(&self, index: usize) -> usize {
        self.source.column_of(self.get(index).range.start)
    }

    /// What follows the body of the innermost `try` above a word that has no handler.
    pub(super) fn clause_after_try(&self, index: usize) -> Option<usize> {
        let begins_line = |&at: &usize| !self.is_layout(at) && (at == 0 || self.is_layout(at - 1));
        let starts: Vec<usize> = (0..=index).filter(begins_line).collect();
        for (place, &start) in starts.iter().enumerate().rev() {
            if self.text(start) != "try" {
                continue;
            }
            let below = &starts[place + 1..];
            let outside = |&&at: &&usize| self.column(at) <= self.column(start);
            if !below.iter().filter(outside).any(|&at| matches!(self.text(at), "except" | "finally")) {
                return below.iter().find(outside).copied();
            }
        }
        None
    }

    /// The bracket that a word is in.
    pub(super) fn enclosing(&self, index: usize) -> Option<usize> {
        let level = self.get(index).level.checked_sub(1)?;
        (0..index).rev().find(|&at| self.get(at).level == level && matches!(self.text(at), "(" | "[" | "{"))
    }

    pub(super) fn enclosing_is(&self, index: usize, bracket: &str) -> bool {
        self.enclosing(index).is_some_and(|open| self.text(open) == bracket)
    }

    /// The words before one in the same brackets and not in deeper ones, from right to left.
    fn before(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let level = self.get(index).level;
        let inside = move |at: &usize| self.get(*at).level >= level && (level > 0 || !self.is_layout(*at));
        (0..index).rev().take_while(inside).filter(move |&at| self.get(at).level == level)
    }

    /// The nearest of some words before one, in the same brackets.
    pub(super) fn before_on_level(&self, index: usize, texts: &[&str]) -> Option<usize> {
        self.before(index).find(|&at| texts.contains(&self.text(at)))
    }

    /// The nearest of a text from a word on, in the same brackets and the same statement.
    pub(super) fn after_on_level(&self, index: usize, text: &str) -> Option<usize> {
        let level = self.get(index).level;
        (index..=self.statement_end(index)).find(|&at| self.get(at).level == level && self.text(at) == text)
    }

    /// Whether a bracket opens the arguments of a call.
    pub(super) fn is_call(&self, open: usize) -> bool {
        self.text(open) == "("
            && open > 0
            && self.ends_operand(open - 1)
            && self.get(open - 1).kind != WordKind::Newline
    }

    /// Whether a word is in the brackets of a call, and not in deeper ones.
    pub(super) fn is_argument(&self, index: usize) -> bool {
        self.enclosing(index).is_some_and(|open| self.is_call(open))
    }

    /// The first and the last word of a range and of the round brackets around it.
    pub(super) fn out_of_brackets(&self, range: Range) -> (usize, usize) {
        let (mut first, mut last) = (self.at(range.start), self.at(range.end.saturating_sub(1)));
        while first > 0 && self.text(first - 1) == "(" && self.text(last + 1) == ")" && !self.is_call(first - 1) {
            (first, last) = (first - 1, last + 1);
        }
        (first, last)
    }

    /// Whether a word stands at the start of a statement, or behind a comma of the first target of an assignment.
    pub(super) fn begins_named_expression(&self, index: usize) -> bool {
        let Some(before) = index.checked_sub(1) else { return true };
        match self.text(before) {
            "" | ";" => true,
            ":" => self.get(before).level == 0,
            "," => self.before_on_level(index, &["="]).is_none(),
            _ => false,
        }
    }

    /// Whether the value behind `=` is not itself followed by `=`.
    pub(super) fn is_last_assignment(&self, equal: usize) -> bool {
        let level = self.get(equal).level;
        for at in equal + 1..self.words.len() {
            let word = self.get(at);
            if word.level > level {
                continue;
            }
            match self.text(at) {
                "=" | ":=" => return false,
                "," | ":" | ";" | "" | ")" | "]" | "}" | "<" | ">" | "==" | "!=" | "<=" | ">=" => return true,
                "and" | "or" | "not" | "in" | "is" | "if" | "else" | "for" => return true,
                _ if word.level < level => return true,
                _ => {}
            }
        }
        true
    }

    /// Whether a word is between `lambda` and its colon.
    pub(super) fn in_lambda(&self, index: usize) -> bool {
        self.before_on_level(index, &["lambda", ":"]).is_some_and(|at| self.text(at) == "lambda")
    }

    /// Whether a word is among the parameters of a `def`.
    pub(super) fn in_parameters(&self, index: usize) -> bool {
        self.enclosing(index).is_some_and(|open| open >= 2 && self.text(open - 2) == "def")
    }

    /// Whether a word follows a key of a dictionary that has an entry before it.
    pub(super) fn is_dictionary_key(&self, index: usize) -> bool {
        self.enclosing_is(index, "{")
            && self.before_on_level(index, &[":", "**"]).is_some()
            && self.before_on_level(index, &[":", ","]).is_some_and(|at| self.text(at) == ",")
    }

    pub(super) fn has_comma_before(&self, index: usize) -> bool {
        self.before_on_level(index, &[","]).is_some()
    }

    /// The first word of the operand that ends before a word, as far as `and`, `or` and `not` reach.
    pub(super) fn operand_start(&self, index: usize) -> usize {
        let belongs = |at: usize| match self.text(at) {
            "and" | "or" | "not" | "in" | "is" => true,
            "," | ":" | "=" | ":=" | ";" | "" => false,
            "==" | "!=" | "<=" | ">=" => true,
            text => !KEYWORDS.contains(&text) && !text.ends_with('='),
        };
        self.before(index).take_while(|&at| belongs(at)).last().unwrap_or(index)
    }

    /// Where the value before `=` starts that a named expression would be.
    pub(super) fn named_expression_start(&self, equal: usize) -> Option<usize> {
        if self.is_argument(equal) {
            return None;
        }
        let start = self.before(equal).take_while(|&at| self.text(at) != ",").last()?;
        match self.text(start) {
            "if" | "elif" | "while" if self.get(start).level == 0 => Some(start + 1),
            _ if self.get(start).level > 0 => Some(start),
            _ => None,
        }
    }

    pub(super) fn is_name(&self, index: usize) -> bool {
        self.get(index).kind == WordKind::Name && !KEYWORDS.contains(&self.text(index))
    }

    /// Whether a value can end with a word.
    pub(super) fn ends_operand(&self, index: usize) -> bool {
        match self.get(index).kind {
            WordKind::Name => self.is_name(index),
            WordKind::Number | WordKind::String => true,
            WordKind::Operator => matches!(self.text(index), ")" | "]" | "}" | "..."),
            _ => false,
        }
    }

    /// Whether a value can begin with a word that could not go on with the value before it.
    pub(super) fn begins_operand(&self, index: usize) -> bool {
        match self.get(index).kind {
            WordKind::Name => {
                self.is_name(index) || matches!(self.text(index), "lambda" | "await") || self.is_not(index)
            }
            WordKind::Number | WordKind::String => true,
            WordKind::Operator => matches!(self.text(index), "{" | "~" | "..."),
            _ => false,
        }
    }

    /// Whether a value can begin with a word at all.
    pub(super) fn is_value(&self, index: usize) -> bool {
        self.begins_operand(index) || matches!(self.text(index), "(" | "[" | "-" | "+")
    }

    /// Whether the file has an f-string.
    pub(super) fn any_formatted(&self) -> bool {
        self.words.iter().any(|word| {
            let text = self.source.slice(word.range);
            let prefix = text.split(['"', '\'']).next().unwrap_or("");
            word.kind == WordKind::String && prefix.contains(['f', 'F'])
        })
    }

    /// A `not` that begins a value: the one of `not in` goes on with one.
    fn is_not(&self, index: usize) -> bool {
        self.text(index) == "not" && self.text(index + 1) != "in"
    }
}
