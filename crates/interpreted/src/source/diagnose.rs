//! From the place where the parser stopped to what CPython says about it.
//!
//! CPython finds its words by trying, after a failure, rules for mistakes that people make. Here the parser says where it stopped and
//! what it had in mind, and the words around that place decide which of those rules would have matched.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{Expr, PythonVersion};
use ruff_python_parser::{
    LexicalErrorType, Mode, ParseError, ParseErrorType, ParseOptions, UnsupportedSyntaxError,
    UnsupportedSyntaxErrorKind, parse_parenthesized_expression_range, parse_unchecked,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::convert::convert_range;
use super::error::{ErrorKind, SourceError};
use super::file::{SourceFile, offset};
use super::hints::python_3;
use super::kinds::{kind_name, may_be_compared};
use super::scan::{Scanned, Word, WordKind, scan};
use super::strings;
use super::tree::Range;
use super::words::Words;

/// What is wrong with the grammar of a file, if anything is.
pub(super) fn diagnose(
    source: &SourceFile,
    scanned: &Scanned,
    errors: &[ParseError],
    unsupported: &[UnsupportedSyntaxError],
) -> Option<SourceError> {
    if let Some(error) = errors.iter().find_map(|error| strange_character(source, error)) {
        return Some(error);
    }
    let words = Words::new(source, &scanned.words);
    let newer = unsupported.iter().find_map(|error| newer_syntax(&words, error));
    let first = errors.first();
    let grammar = match (first, newer) {
        (None, newer) => newer.map(|newer| (newer.range.start, newer)),
        (Some(error), Some(newer)) if newer.range.start < error.location.start().to_u32() => {
            Some((newer.range.start, newer))
        }
        (Some(error), _) => {
            let found = Diagnosis::new(source, &words, error).decide();
            Some((error.location.start().to_u32(), found))
        }
    };
    // A string is looked into where it is read: it goes before all that is wrong behind it.
    let string = match grammar.is_some() || words.any_formatted() {
        true => strings::first_error(&words, &scanned.words, &within_string),
        false => None,
    };
    let found = match (grammar, string) {
        (Some((at, _)), Some(string)) if string.range.start <= at => Some((string.range.start, string)),
        (None, Some(string)) => Some((string.range.start, string)),
        (grammar, _) => grammar,
    };
    if let Some(error) = &scanned.error {
        // The parser may have stopped before the word that is wrong, or at it.
        let before = |found: &(u32, SourceError)| words.is_before_last(found.0);
        return Some(found.filter(before).map_or_else(|| error.clone(), |(_, found)| found));
    }
    // An open bracket explains what went wrong below it, and a file that ends within one is never anything else.
    match (found, scanned.unclosed) {
        (found, Some(open)) if found.as_ref().is_none_or(|(at, found)| explains(source, &words, open, *at, found)) => {
            let text = format!("'{}' was never closed", source.slice(open));
            Some(SourceError::new(ErrorKind::Syntax, text, source, open))
        }
        (Some((_, error)), _) => Some(python_3(&words, error)),
        (None, _) => None,
    }
}

fn explains(source: &SourceFile, words: &Words<'_>, open: Range, at: u32, found: &SourceError) -> bool {
    let word = words.get(words.at(at));
    let below = source.line_of(word.range.start) > source.line_of(open.start);
    let swallowed = found.message.starts_with("Missing parentheses") && open.start > found.range.start;
    word.kind == WordKind::End || below || swallowed
}

/// What is wrong with an expression of an f-string.
fn within_string(expression: &str) -> Option<String> {
    let source = SourceFile::new("", &format!("({expression})")).ok()?;
    let scanned = scan(&source);
    if let Some(error) = scanned.error {
        return Some(error.message);
    }
    let parsed = parse_unchecked(&source.text, options());
    diagnose(&source, &scanned, parsed.errors(), parsed.unsupported_syntax_errors()).map(|error| error.message)
}

/// How every text is parsed.
pub(super) fn options() -> ParseOptions {
    ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY311)
}

/// A character that no word begins with: CPython refuses it before it looks at any grammar.
fn strange_character(source: &SourceFile, error: &ParseError) -> Option<SourceError> {
    let ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) = error.error else { return None };
    if tok.is_ascii() {
        return None;
    }
    let printable = !tok.is_control()
        && (!tok.is_whitespace() || tok == ' ')
        && !matches!(tok, '\u{200b}'..='\u{200f}' | '\u{feff}');
    let code = format!("U+{:04X}", u32::from(tok));
    let text = match printable {
        true => format!("invalid character '{tok}' ({code})"),
        false => format!("invalid non-printable character {code}"),
    };
    Some(SourceError::new(ErrorKind::Syntax, text, source, convert_range(error.location)))
}

/// Syntax that the parser knows from a later Python.
fn newer_syntax(words: &Words<'_>, error: &UnsupportedSyntaxError) -> Option<SourceError> {
    let range = convert_range(error.range);
    let text = match &error.kind {
        UnsupportedSyntaxErrorKind::UnparenthesizedExceptionTypes => "multiple exception types must be parenthesized",
        UnsupportedSyntaxErrorKind::UnpackingInComprehension(_) if words.source.slice(range).starts_with("**") => {
            "dict unpacking cannot be used in dict comprehension"
        }
        UnsupportedSyntaxErrorKind::UnpackingInComprehension(_) => "iterable unpacking cannot be used in comprehension",
        // Constructs that are refused by their names when they are converted.
        UnsupportedSyntaxErrorKind::TypeParameterList
        | UnsupportedSyntaxErrorKind::TypeAliasStatement
        | UnsupportedSyntaxErrorKind::TypeParamDefault
        | UnsupportedSyntaxErrorKind::LazyImportStatement => return None,
        _ => "invalid syntax",
    };
    Some(SourceError::new(ErrorKind::Syntax, text, words.source, range))
}

/// One place at which the parser stopped.
struct Diagnosis<'a> {
    source: &'a SourceFile,
    words: &'a Words<'a>,
    error: &'a ParseError,
    /// The word that could not be taken.
    at: usize,
}

impl<'a> Diagnosis<'a> {
    fn new(source: &'a SourceFile, words: &'a Words<'a>, error: &'a ParseError) -> Self {
        let mut at = words.at(error.location.start().to_u32());
        // Indentation takes no room: what is meant is the word behind it.
        if error.error != ParseErrorType::UnexpectedIndentation && words.get(at).kind == WordKind::Indent {
            at += 1;
        }
        Self { source, words, error, at }
    }

    fn syntax(&self, range: Range, message: impl Into<String>) -> SourceError {
        SourceError::new(ErrorKind::Syntax, message, self.source, range)
    }

    /// An error about what the parser marked.
    fn here(&self, message: impl Into<String>) -> SourceError {
        self.syntax(convert_range(self.error.location), message)
    }

    /// An error about the word that could not be taken.
    fn word(&self, message: impl Into<String>) -> SourceError {
        self.syntax(self.words.get(self.at).range, message)
    }

    fn generic(&self) -> SourceError {
        self.word("invalid syntax")
    }

    fn decide(&self) -> SourceError {
        let word = self.words.get(self.at);
        if self.words.text(self.at) == "(" && self.words.in_lambda(self.at) {
            return self.word("Lambda expression parameters cannot be parenthesized");
        }
        match &self.error.error {
            ParseErrorType::UnexpectedIndentation => self.indentation("unexpected indent"),
            ParseErrorType::OtherError(text) => self.other(text),
            ParseErrorType::InvalidAssignmentTarget => self.assignment(),
            ParseErrorType::InvalidAugmentedAssignmentTarget => {
                self.about_target(|kind| format!("'{kind}' is an illegal expression for augmented assignment"))
            }
            ParseErrorType::InvalidAnnotatedAssignmentTarget => self.here("illegal target for annotation"),
            ParseErrorType::InvalidNamedAssignmentTarget => self.named_target(),
            ParseErrorType::InvalidDeleteTarget => self.about_target(|kind| format!("cannot delete {kind}")),
            ParseErrorType::NonDefaultParamAfterDefaultParam => {
                self.here("non-default argument follows default argument")
            }
            ParseErrorType::PositionalAfterKeywordArgument if self.is_generator() => {
                self.here("Generator expression must be parenthesized")
            }
            ParseErrorType::PositionalAfterKeywordArgument => self.here("positional argument follows keyword argument"),
            ParseErrorType::PositionalAfterKeywordUnpacking => {
                self.here("positional argument follows keyword argument unpacking")
            }
            ParseErrorType::InvalidArgumentUnpackingOrder => {
                self.here("iterable argument unpacking follows keyword argument unpacking")
            }
            ParseErrorType::IterableUnpackingInComprehension => {
                self.here("iterable unpacking cannot be used in comprehension")
            }
            ParseErrorType::UnparenthesizedGeneratorExpression if self.words.keyword_of(self.at) == "class" => {
                self.generic()
            }
            ParseErrorType::UnparenthesizedGeneratorExpression => {
                self.here("Generator expression must be parenthesized")
            }
            ParseErrorType::ParamAfterVarKeywordParam => self.here("arguments cannot follow var-keyword argument"),
            ParseErrorType::VarParameterWithDefault => self.variadic_default(),
            ParseErrorType::ExpectedKeywordParam => self.here("named arguments must follow bare *"),
            ParseErrorType::UnparenthesizedTupleExpression => {
                let comma = self.words.after_on_level(self.at, ",").unwrap_or(self.at);
                self.syntax(self.words.get(comma).range, "invalid syntax")
            }
            ParseErrorType::InvalidStarredExpressionUsage => self.starred(),
            ParseErrorType::FStringError(_) | ParseErrorType::Lexical(LexicalErrorType::FStringError(_)) => {
                self.generic()
            }
            ParseErrorType::Lexical(LexicalErrorType::UnicodeError) => {
                strings::unknown_name(self.words, convert_range(self.error.location)).unwrap_or_else(|| self.generic())
            }
            ParseErrorType::Lexical(LexicalErrorType::InvalidByteLiteral) => {
                self.word("bytes can only contain ASCII literal characters")
            }
            ParseErrorType::ExpectedToken { expected, .. } => self.expected(*expected, word),
            ParseErrorType::ExpectedExpression => self.expected_expression(),
            _ => self.neighbours(),
        }
    }

    fn indentation(&self, message: impl Into<String>) -> SourceError {
        SourceError::new(ErrorKind::Indentation, message, self.source, self.words.get(self.at).range)
    }

    /// Errors that the parser words itself.
    fn other(&self, text: &str) -> SourceError {
        if let Some(what) = text.strip_prefix("Expected an indented block after ") {
            return self.missing_block(what);
        }
        match text {
            "Expected `except` or `finally` after `try` block" => self.missing_handler(),
            "Trailing comma not allowed" if self.words.keyword_of(self.at) == "from" => {
                self.word("trailing comma not allowed without surrounding parentheses")
            }
            "Only one '/' separator allowed" => self.here("/ may appear only once"),
            "'/' parameter must appear before '*' parameter" => self.here("/ must be ahead of *"),
            "Multiple exception types must be parenthesized when using `as`" => {
                self.here("multiple exception types must be parenthesized")
            }
            "Only one '*' parameter allowed" => self.here("* argument may appear only once"),
            "Only single target (not tuple) can be annotated" => {
                self.here("only single target (not tuple) can be annotated")
            }
            "Only single target (not list) can be annotated" => {
                self.here("only single target (not list) can be annotated")
            }
            "Cannot have both 'except' and 'except*' on the same 'try'" => self.here(text.replacen('C', "c", 1)),
            "Expected one or more exception types" => self.here("expected one or more exception types"),
            "Expected a parameter name" => self.keyword_target(),
            "Unparenthesized generator expression cannot be used here" => {
                self.here("Generator expression must be parenthesized")
            }
            _ => self.neighbours(),
        }
    }

    fn missing_block(&self, what: &str) -> SourceError {
        let what = match what {
            "function definition" => what.to_owned(),
            "`class` definition" => "class definition".to_owned(),
            other => format!("'{}' statement", other.split('`').nth(1).unwrap_or("if")),
        };
        let header = self.words.header_above(self.at);
        let line = self.source.line_of(self.words.get(header).range.start);
        let text = format!("expected an indented block after {what} on line {line}");
        let end = offset(self.source.text.len());
        match self.words.only_end_follows(self.at) {
            true => SourceError::new(ErrorKind::Indentation, text, self.source, Range { start: end, end }),
            false => {
                let below = self.words.behind_layout(self.at);
                SourceError::new(ErrorKind::Indentation, text, self.source, self.words.get(below).range)
            }
        }
    }

    /// The parser looks behind an `else` for a handler, CPython stops before it.
    fn missing_handler(&self) -> SourceError {
        let at = self.words.clause_after_try(self.at).unwrap_or(self.at);
        self.syntax(self.words.get(at).range, "expected 'except' or 'finally' block")
    }

    fn variadic_default(&self) -> SourceError {
        let double =
            self.words.before_on_level(self.at, &["*", "**"]).is_some_and(|star| self.words.text(star) == "**");
        let what = if double { "var-keyword" } else { "var-positional" };
        self.word(format!("{what} argument cannot have default value"))
    }

    fn starred(&self) -> SourceError {
        let before = self.at.checked_sub(1).map_or("", |before| self.words.text(before));
        match before {
            ":" if self.words.get(self.at).level > 0 => {
                self.word("cannot use a starred expression in a dictionary value")
            }
            "(" => self.word("cannot use starred expression here"),
            _ => self.neighbours(),
        }
    }

    fn expression_at(&self, range: TextRange) -> Option<Expr> {
        let parsed = parse_parenthesized_expression_range(&self.source.text, range).ok()?;
        Some(*parsed.into_syntax().body)
    }

    fn is_generator(&self) -> bool {
        let (first, last) = (self.at, self.words.at(self.error.location.end().to_u32()));
        let level = self.words.get(first).level;
        (first..last).any(|at| self.words.get(at).level == level && self.words.text(at) == "for")
    }

    fn about_target(&self, text: impl Fn(&str) -> String) -> SourceError {
        match self.expression_at(self.error.location) {
            Some(expression) => self.here(text(kind_name(&expression))),
            None if self.error.location.is_empty() => self.generic(),
            None => self.here(text("starred")),
        }
    }

    fn named_target(&self) -> SourceError {
        // As an argument of a call it is no assignment expression at all.
        let start = self.words.at(self.error.location.start().to_u32());
        if self.words.is_argument(start) {
            return self.neighbours();
        }
        self.about_target(|kind| format!("cannot use assignment expressions with {kind}"))
    }

    /// `f(1=2)`
    fn keyword_target(&self) -> SourceError {
        let text = self.source.slice(convert_range(self.error.location));
        if matches!(text, "True" | "False" | "None") {
            return self.here(format!("cannot assign to {text}"));
        }
        if text.starts_with('*') {
            return self.generic();
        }
        self.here("expression cannot contain assignment, perhaps you meant \"==\"?")
    }

    /// Something that cannot be assigned to, before `=`, behind `for` or behind `as`.
    fn assignment(&self) -> SourceError {
        let location = self.error.location;
        let Some(expression) = self.expression_at(location) else {
            let is_yield = self.words.text(self.at) == "yield";
            return if is_yield { self.here("assignment to yield expression not possible") } else { self.generic() };
        };
        if expression.is_yield_expr() || expression.is_yield_from_expr() {
            return self.here("assignment to yield expression not possible");
        }
        let kind = kind_name(&expression);
        let (first, last) = self.words.out_of_brackets(convert_range(location));
        let begins = first == 0 || self.words.get(first).level == 0 && self.words.begins_named_expression(first);
        if begins
            && self.words.text(last + 1) == "="
            && may_be_compared(&expression)
            && self.words.is_last_assignment(last + 1)
        {
            return self.here(format!("cannot assign to {kind} here. Maybe you meant '==' instead of '='?"));
        }
        self.here(format!("cannot assign to {kind}"))
    }

    fn expected(&self, expected: TokenKind, word: Word) -> SourceError {
        let text = self.words.text(self.at);
        let statement = self.words.keyword_of(self.at);
        match expected {
            TokenKind::Else => self.missing_else(),
            TokenKind::Colon if word.level == 0 && !self.words.in_lambda(self.at) => {
                let forced = matches!(statement, "def" | "else" | "try" | "finally");
                match word.kind == WordKind::Newline || forced {
                    true if text != "=" || forced => self.word("expected ':'"),
                    _ => self.neighbours(),
                }
            }
            TokenKind::Colon | TokenKind::Comma
                if self.words.is_dictionary_key(self.at) && expected == TokenKind::Colon =>
            {
                self.word("':' expected after dictionary key")
            }
            TokenKind::Lpar if statement == "def" => self.word("expected '('"),
            TokenKind::Rpar | TokenKind::Comma if text == "(" && statement == "def" && word.level == 1 => {
                self.word("Function parameters cannot be parenthesized")
            }
            TokenKind::Rsqb | TokenKind::Rbrace if text == "for" && self.words.has_comma_before(self.at) => {
                self.word("did you forget parentheses around the comprehension target?")
            }
            _ => self.neighbours(),
        }
    }

    fn missing_else(&self) -> SourceError {
        if self.words.text(self.at) == ":" {
            return self.generic();
        }
        let start =
            self.words.before_on_level(self.at, &["if"]).map_or(self.at, |keyword| self.words.operand_start(keyword));
        self.syntax(self.words.span(start, self.at.saturating_sub(1)), "expected 'else' after 'if' expression")
    }

    fn expected_expression(&self) -> SourceError {
        let text = self.words.text(self.at);
        let before = self.at.checked_sub(1).map_or("", |before| self.words.text(before));
        let word = self.words.get(self.at);
        if before == ":" && matches!(text, "}" | ",") && self.words.enclosing_is(self.at, "{") {
            return self.word("expression expected after dictionary key and ':'");
        }
        if before == "=" && matches!(text, ")" | ",") && word.level == 1 && self.words.keyword_of(self.at) == "def" {
            return self.word("expected default value expression");
        }
        if before == "->" && self.words.keyword_of(self.at) == "def" {
            return self.syntax(self.words.get(self.at - 1).range, "expected ':'");
        }
        if text == "**" && before == "(" && !self.words.is_call(self.at - 1) {
            return self.word("cannot use double starred expression here");
        }
        self.neighbours()
    }

    /// What the words on both sides say, whatever the parser had in mind.
    fn neighbours(&self) -> SourceError {
        let text = self.words.text(self.at);
        let Some(before) = self.at.checked_sub(1) else { return self.generic() };
        if matches!(self.words.get(self.at).kind, WordKind::Indent) {
            return self.indentation("unexpected indent");
        }
        if text == "=" {
            return self.comparison();
        }
        if text.len() > 1 && text.ends_with('=') && self.words.get(self.at).level == 0 {
            return self.augmented();
        }
        if text == "for" && self.words.is_argument(self.at) {
            return self.keyword_of_generator();
        }
        if let Some(error) = self.old_statement(before) {
            return error;
        }
        if self.words.get(self.at).level == 0 || !self.words.ends_operand(before) || !self.words.begins_operand(self.at)
        {
            return self.generic();
        }
        let start = self.words.operand_start(self.at);
        // What is behind `in` and `if` of a comprehension is read by a rule that knows no such mistake.
        let clause = self.words.before_on_level(self.at, &["for"]).zip(self.words.before_on_level(self.at, &["in"]));
        if clause.is_some_and(|(keyword, iterable)| keyword < iterable) {
            return self.generic();
        }
        let dictionary = self.words.text(start) == "**" && self.words.enclosing_is(self.at, "{");
        let behind_else = start > 0 && self.words.text(start - 1) == "else";
        if dictionary || behind_else || matches!(self.words.keyword_of(self.at), "from" | "import") {
            return self.generic();
        }
        let soft = matches!(self.words.text(start), "_" | "match" | "case");
        let name_and_string = self.words.is_name(start) && self.words.get(start + 1).kind == WordKind::String;
        if soft || name_and_string || self.words.in_lambda(self.at) || self.words.in_parameters(self.at) {
            return self.generic();
        }
        self.syntax(self.words.span(start, self.at), "invalid syntax. Perhaps you forgot a comma?")
    }

    /// `print "x"` and `exec "x"`, wherever they stand.
    fn old_statement(&self, before: usize) -> Option<SourceError> {
        let name = self.words.text(before);
        let attribute = before.checked_sub(1).is_some_and(|dot| self.words.text(dot) == ".");
        if !matches!(name, "print" | "exec") || attribute || !self.words.begins_operand(self.at) {
            return None;
        }
        let range = self.words.span(before, self.words.statement_end(self.at));
        Some(self.syntax(range, format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?")))
    }

    /// `a, b += 1`
    fn augmented(&self) -> SourceError {
        let start = self.words.line_start(self.at);
        let range = self.words.span(start, self.at.saturating_sub(1));
        match self.parsed(range) {
            Some(expression) if expression.is_tuple_expr() => {
                self.syntax(range, "'tuple' is an illegal expression for augmented assignment")
            }
            _ => self.generic(),
        }
    }

    fn parsed(&self, range: Range) -> Option<Expr> {
        self.expression_at(TextRange::new(TextSize::new(range.start), TextSize::new(range.end)))
    }

    /// `f(a=b for b in c)`
    fn keyword_of_generator(&self) -> SourceError {
        match self.words.before_on_level(self.at, &["=", ","]) {
            Some(equal) if self.words.text(equal) == "=" && self.words.is_name(equal - 1) => {
                let range = self.words.span(equal - 1, self.at - 1);
                self.syntax(range, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
            }
            _ => self.generic(),
        }
    }

    /// `f(a.b=1)`, where it is no comparison.
    fn argument(&self) -> SourceError {
        let start = self.words.before_on_level(self.at, &["=", ","]);
        if start.is_some_and(|start| self.words.text(start) == "=") {
            return self.generic();
        }
        let start = start.or_else(|| self.words.enclosing(self.at)).map_or(self.at, |before| before + 1);
        let range = self.words.span(start, self.at.saturating_sub(1));
        match self.parsed(range) {
            Some(_) => self.syntax(range, "expression cannot contain assignment, perhaps you meant \"==\"?"),
            None => self.generic(),
        }
    }

    /// `=` where only a comparison can stand.
    fn comparison(&self) -> SourceError {
        if self.words.is_argument(self.at) {
            return self.argument();
        }
        let Some(start) = self.words.named_expression_start(self.at) else { return self.generic() };
        if start >= self.at || !self.words.is_last_assignment(self.at) || !self.words.is_value(self.at + 1) {
            return self.generic();
        }
        let range = self.words.span(start, self.at - 1);
        let Some(expression) = self.parsed(range) else { return self.generic() };
        let right = self.words.span(start, self.at + 1);
        match &expression {
            Expr::Name(name) if name.range().start().to_u32() == range.start => {
                self.syntax(right, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
            }
            other if may_be_compared(other) => {
                let text = format!("cannot assign to {} here. Maybe you meant '==' instead of '='?", kind_name(other));
                self.syntax(range, text)
            }
            _ => self.generic(),
        }
    }
}
