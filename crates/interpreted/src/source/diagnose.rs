//! From the place where the parser stopped to what CPython says about it.
//!
//! CPython finds its words by trying, after a failure, rules for mistakes that people make. Here the parser says where it stopped and
//! what it had in mind, and the words around that place decide which of those rules would have matched.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{Expr, Mod};
use ruff_python_parser::{
    LexicalErrorType, ParseError, ParseErrorType, UnsupportedSyntaxError, UnsupportedSyntaxErrorKind,
    parse_parenthesized_expression_range,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::convert::convert_range;
use super::error::{ErrorKind, SourceError};
use super::file::SourceFile;
use super::hints::python_3;
use super::kinds::{kind_name, may_be_compared};
use super::scan::{Scanned, Word, WordKind};
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
    let newer = unsupported.iter().filter_map(|error| newer_syntax(&words, error)).next();
    let first = errors.iter().min_by_key(|error| error.location.start());
    let found = match (first, newer) {
        (None, newer) => newer,
        (Some(error), Some(newer)) if newer.range.start < error.location.start().to_u32() => Some(newer),
        (Some(error), _) => Some(Diagnosis::new(source, &words, error).decide()),
    };
    // An open bracket explains what went wrong below it, and a file that ends within one is never anything else.
    match (found, scanned.unclosed) {
        (found, Some(open)) if found.as_ref().is_none_or(|found| explains(source, &words, open, found)) => {
            let text = format!("'{}' was never closed", source.slice(open));
            Some(SourceError::new(ErrorKind::Syntax, text, source, open))
        }
        (Some(error), _) => Some(python_3(&words, error)),
        (None, _) => None,
    }
}

fn explains(source: &SourceFile, words: &Words<'_>, open: Range, found: &SourceError) -> bool {
    let at = words.get(words.at(found.range.start));
    at.kind == WordKind::End || source.line_of(at.range.start) > source.line_of(open.start)
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
        Self { source, words, error, at: words.at(error.location.start().to_u32()) }
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
            ParseErrorType::UnparenthesizedGeneratorExpression => {
                self.here("Generator expression must be parenthesized")
            }
            ParseErrorType::ParamAfterVarKeywordParam => self.here("arguments cannot follow var-keyword argument"),
            ParseErrorType::VarParameterWithDefault => self.variadic_default(),
            ParseErrorType::ExpectedKeywordParam => self.here("named arguments must follow bare *"),
            ParseErrorType::InvalidStarredExpressionUsage => self.starred(),
            ParseErrorType::FStringError(_) | ParseErrorType::Lexical(LexicalErrorType::FStringError(_)) => {
                self.generic()
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
        let mut error = self.indentation(format!("expected an indented block after {what} on line {line}"));
        if self.words.only_end_follows(self.at) {
            let last = self.source.lines();
            error.line = last;
            error.text = Some(self.source.line_text(last).to_owned());
            error.column = error.text.as_ref().map_or(1, |text| text.chars().count() + 1);
        }
        error
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
        let Mod::Expression(expression) = Mod::Expression(parsed.into_syntax()) else { return None };
        Some(*expression.body)
    }

    fn is_generator(&self) -> bool {
        self.expression_at(self.error.location).is_some_and(|expression| expression.is_generator_expr())
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
            return self.here("assignment to yield expression not possible");
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
            TokenKind::Rpar | TokenKind::Comma | TokenKind::Colon if text == "(" && self.words.in_lambda(self.at) => {
                self.word("Lambda expression parameters cannot be parenthesized")
            }
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
        if let Some(error) = self.old_statement(before) {
            return error;
        }
        if self.words.get(self.at).level == 0 || !self.words.ends_operand(before) || !self.words.begins_operand(self.at)
        {
            return self.generic();
        }
        let start = self.words.operand_start(self.at);
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

    /// `=` where only a comparison can stand.
    fn comparison(&self) -> SourceError {
        let Some(start) = self.words.named_expression_start(self.at) else { return self.generic() };
        if start >= self.at || !self.words.is_last_assignment(self.at) {
            return self.generic();
        }
        let range = self.words.span(start, self.at - 1);
        let Some(expression) = self.expression_at(TextRange::new(TextSize::new(range.start), TextSize::new(range.end)))
        else {
            return self.generic();
        };
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
