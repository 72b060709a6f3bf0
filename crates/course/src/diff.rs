//! Two texts, above all two steps, shown with what changed between them.

use std::cmp::Ordering;
use std::iter;
use std::ops::Range;
use std::str::FromStr;

use anstyle::AnsiColor;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use similar::{Algorithm, DiffTag, capture_diff_slices};

/// The narrowest and the widest that two texts are set side by side: narrower nothing can be read, wider the eye loses its row.
const WIDTHS: (usize, usize) = (80, 200);

/// The width where there is no terminal.
const WIDTH_WITHOUT_TERMINAL: usize = 120;

/// Two lines are taken for one line that changed when at least this part of their words is the same.
const RESEMBLANCE: f64 = 0.5;

/// The mark of a line that continues the one above.
const CONTINUED: &str = "↳";

/// One of the two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// What it is: `kernels::mandelbrot::naive`.
    pub title: String,
    /// Where it is: `crates/kernels/src/mandelbrot.rs:12`.
    pub subtitle: String,
    /// The text itself.
    pub text: String,
    /// For each line of the text its number in the file; `None` for a line that is not in the file.
    pub lines: Vec<Option<usize>>,
}

impl Side {
    /// A text whose lines follow one another in the file: a whole file from line 1, or a single function.
    pub fn new(title: &str, subtitle: &str, text: &str, first_line: usize) -> Self {
        let lines = (first_line..).take(text.lines().count()).map(Some).collect();
        Self { title: title.into(), subtitle: subtitle.into(), text: text.into(), lines }
    }

    fn number(&self, line: usize) -> String {
        self.lines.get(line).copied().flatten().map(|number| number.to_string()).unwrap_or_default()
    }

    /// Characters that the longest line number takes.
    fn number_width(&self) -> usize {
        (0..self.lines.len()).map(|line| self.number(line).len()).max().unwrap_or(0).max(1)
    }

    fn texts(&self) -> Vec<String> {
        // A tab is as wide as the terminal likes, which would break the columns.
        self.text.lines().map(|line| line.trim_end().replace('\t', "    ")).collect()
    }
}

/// How a difference is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colours may be used. Without them the marks say everything.
    pub colour: bool,
}

/// The width to set two texts side by side in: that of the terminal, between 80 and 200 characters; 120 where there is none.
pub fn terminal_width() -> usize {
    let width = terminal_size::terminal_size().map_or(WIDTH_WITHOUT_TERMINAL, |(width, _)| width.0.into());
    width.clamp(WIDTHS.0, WIDTHS.1)
}

/// How many lines of code differ between two steps. A line that was replaced counts once.
///
/// Only code counts: no comments, no doc comments, no blank lines, and neither indentation nor spacing. A step is not changed by
/// its name: when a text has one function at its top level, that function's name in its signature is disregarded.
///
/// ```
/// let naive = "/// Doubles.\nfn naive(x: u32) -> u32 {\n    x + x\n}";
/// let shifted = "/// Shifts.\nfn shifted(x: u32) -> u32 {\n    // One bit to the left.\n    x << 1\n}";
/// assert_eq!(course::diff::changed_lines(naive, shifted), 1);
/// ```
pub fn changed_lines(a: &str, b: &str) -> usize {
    differences(&code_lines(a), &code_lines(b)).iter().map(|(left, right)| left.len().max(right.len())).sum()
}

/// Both texts in one column: what only the first has is marked `-`, what only the second has `+`. The words that changed within
/// a line are highlighted or, without colours, underlined with `^`.
///
/// A line that is only indented differently is not marked; it is shown as in the second text.
pub fn unified(a: &Side, b: &Side, style: Style) -> String {
    let (left, right) = (a.texts(), b.texts());
    let (left_width, right_width) = (a.number_width(), b.number_width());
    let paint = Paint(style);
    let mut page = Page::default();

    for (mark, side, kind) in [("---", a, Kind::Removed), ("+++", b, Kind::Added)] {
        page.line(&[&paint.mark(mark, kind), " ", &paint.title(&side.title), "  ", &paint.faint(&side.subtitle)]);
    }
    let mut line = |left_number: &str, right_number: &str, kind: Kind, mark: &str, text: &Marked| {
        let numbers = format!("{left_number:>left_width$} {right_number:>right_width$}");
        page.line(&[&paint.faint(&numbers), " ", &paint.mark(mark, kind), " ", &paint.text(text, kind)]);
        if !style.colour && text.iter().any(|(_, changed)| *changed) {
            let underline: String = text.iter().map(|(_, changed)| if *changed { '^' } else { ' ' }).collect();
            page.line(&[&" ".repeat(numbers.len() + 3), &underline]);
        }
    };
    for rows in rows(&left, &right).chunk_by(|one, next| one.is_same() == next.is_same()) {
        // Within a change all that went comes before all that came, so that each can be read in one piece.
        let mut come = Vec::new();
        for row in rows {
            match *row {
                Row::Same(i, j) => line(&a.number(i), &b.number(j), Kind::Same, " ", &unmarked(&right[j])),
                Row::Replaced(i, j) => {
                    let (removed, added) = changed_words(&left[i], &right[j]);
                    line(&a.number(i), "", Kind::Removed, "-", &removed);
                    come.push((j, added));
                }
                Row::Removed(i) => line(&a.number(i), "", Kind::Removed, "-", &unmarked(&left[i])),
                Row::Added(j) => come.push((j, unmarked(&right[j]))),
            }
        }
        for (j, added) in come {
            line("", &b.number(j), Kind::Added, "+", &added);
        }
    }
    page.0
}

/// The texts in two columns, as `sdiff` sets them: a changed line is marked `|`, one that only the first text has `<`, one that
/// only the second has `>`. With colours the words that changed within a line are highlighted.
///
/// No line is wider than `width`, which is taken between 80 and 200: see [`terminal_width`]. What does not fit into its column
/// goes on below, marked `↳` where the number would stand. A line that is only indented differently is not marked.
pub fn side_by_side(a: &Side, b: &Side, width: usize, style: Style) -> String {
    let (left, right) = (a.texts(), b.texts());
    let (left_width, right_width) = (a.number_width(), b.number_width());
    // A blank stands behind each number, and the mark between two blanks.
    let width = width.clamp(WIDTHS.0, WIDTHS.1);
    let column = (width - left_width - right_width - 5) / 2;
    let (left_whole, right_whole) = (left_width + 1 + column, right_width + 1 + column);
    let paint = Paint(style);
    let mut page = Page::default();

    let mut heading = |left: &str, right: &str, painted: fn(&Paint, &str) -> String| {
        let (left, right) = (wrapped(&unmarked(left), left_whole), wrapped(&unmarked(right), right_whole));
        for at in 0..left.len().max(right.len()) {
            let piece = |pieces: &[Marked]| pieces.get(at).map(|piece| unstyled(piece)).unwrap_or_default();
            let (left, right) = (piece(&left), piece(&right));
            let gap = " ".repeat(left_whole - left.chars().count() + 3);
            page.line(&[&painted(&paint, &left), &gap, &painted(&paint, &right)]);
        }
    };
    heading(&a.title, &b.title, Paint::title);
    heading(&a.subtitle, &b.subtitle, Paint::faint);
    page.line(&[&paint.faint(&"─".repeat(left_whole)), "   ", &paint.faint(&"─".repeat(right_whole))]);

    for row in rows(&left, &right) {
        let (i, j, mark, kind) = match row {
            Row::Same(i, j) => (Some(i), Some(j), " ", Kind::Same),
            Row::Replaced(i, j) => (Some(i), Some(j), "|", Kind::Replaced),
            Row::Removed(i) => (Some(i), None, "<", Kind::Removed),
            Row::Added(j) => (None, Some(j), ">", Kind::Added),
        };
        let (left, right) = match row {
            Row::Replaced(i, j) => changed_words(&left[i], &right[j]),
            _ => (unmarked(i.map_or("", |i| &left[i])), unmarked(j.map_or("", |j| &right[j]))),
        };
        let (left, right) = (wrapped(&left, column), wrapped(&right, column));
        for at in 0..left.len().max(right.len()) {
            let number = |side: &Side, line: Option<usize>, pieces: &[Marked]| match line {
                Some(line) if at == 0 => side.number(line),
                Some(_) if at < pieces.len() => CONTINUED.into(),
                _ => String::new(),
            };
            let left_number = format!("{:>left_width$} ", number(a, i, &left));
            let right_number = format!("{:>right_width$} ", number(b, j, &right));
            let [left, right] = [&left, &right].map(|pieces| pieces.get(at).map_or(&[][..], Vec::as_slice));
            page.line(&[
                &paint.faint(&left_number),
                &paint.text(left, if kind == Kind::Replaced { Kind::Removed } else { kind }),
                &" ".repeat(column - left.len() + 1),
                &paint.mark(mark, kind),
                " ",
                &paint.faint(&right_number),
                &paint.text(right, if kind == Kind::Replaced { Kind::Added } else { kind }),
            ]);
        }
    }
    page.0
}

/// The characters of a line, each with whether it belongs to a word that changed.
type Marked = Vec<(char, bool)>;

fn unmarked(line: &str) -> Marked {
    line.chars().map(|c| (c, false)).collect()
}

fn unstyled(line: &[(char, bool)]) -> String {
    line.iter().map(|(c, _)| c).collect()
}

/// What has become of a line, or of two, by their indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Same(usize, usize),
    Replaced(usize, usize),
    Removed(usize),
    Added(usize),
}

impl Row {
    fn is_same(self) -> bool {
        matches!(self, Self::Same(..))
    }
}

/// The stretches in which two sequences differ, each as a range of the first and one of the second.
fn differences<T: Ord + std::hash::Hash>(a: &[T], b: &[T]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, a, b) {
        let (tag, left, right) = op.as_tag_tuple();
        match found.last_mut() {
            _ if tag == DiffTag::Equal => {}
            Some(last) if last.0.end == left.start && last.1.end == right.start => {
                (last.0.end, last.1.end) = (left.end, right.end);
            }
            _ => found.push((left, right)),
        }
    }
    found
}

/// Two texts row by row. Indentation makes no difference: a loop put around some lines changes none of them.
fn rows(left: &[String], right: &[String]) -> Vec<Row> {
    let trimmed = |lines: &[String]| lines.iter().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let (left, right) = (trimmed(left), trimmed(right));
    let mut rows = Vec::new();
    let (mut i, mut j) = (0, 0);
    let end = (left.len()..left.len(), right.len()..right.len());
    for (removed, added) in differences(&left, &right).into_iter().chain([end]) {
        rows.extend((i..removed.start).zip(j..added.start).map(|(i, j)| Row::Same(i, j)));
        (i, j) = (removed.start, added.start);
        let pairs = pairs(&left[removed.clone()], &right[added.clone()]);
        let pairs = pairs.into_iter().map(|(i, j)| (removed.start + i, added.start + j));
        for (pair_i, pair_j) in pairs.chain([(removed.end, added.end)]) {
            // Lines between two pairs resemble nothing; those of the one side have taken the place of those of the other.
            let both = (pair_i - i).min(pair_j - j);
            rows.extend((i..).zip(j..).take(both).map(|(i, j)| Row::Replaced(i, j)));
            rows.extend((i + both..pair_i).map(Row::Removed));
            rows.extend((j + both..pair_j).map(Row::Added));
            (i, j) = (pair_i, pair_j);
            if i < removed.end {
                rows.push(Row::Replaced(i, j));
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    rows
}

/// The pairs of lines that resemble each other most, in order, by their indices.
fn pairs(left: &[String], right: &[String]) -> Vec<(usize, usize)> {
    let left_words: Vec<_> = left.iter().map(|line| sorted_words(line)).collect();
    let right_words: Vec<_> = right.iter().map(|line| sorted_words(line)).collect();
    // `best[i][j]`: the greatest sum of resemblances that the lines from `i` and from `j` on allow.
    let mut best = vec![vec![0.0_f64; right.len() + 1]; left.len() + 1];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            let score = resemblance(&left_words[i], &right_words[j]);
            let paired = if score < RESEMBLANCE { 0.0 } else { score + best[i + 1][j + 1] };
            best[i][j] = paired.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < left.len() && j < right.len() {
        if best[i][j] == best[i + 1][j] {
            i += 1;
        } else if best[i][j] == best[i][j + 1] {
            j += 1;
        } else {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        }
    }
    pairs
}

/// A line in its words: names and numbers, blanks, and every other character by itself.
fn words(line: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => Some(true),
        c if c.is_whitespace() => Some(false),
        _ => None,
    };
    let mut words = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next().map(class) {
        let goes_on = |&(at, c): &(usize, char)| at == 0 || first.is_some() && class(c) == first;
        let length = rest.char_indices().take_while(goes_on).map(|(_, c)| c.len_utf8()).sum();
        let (word, tail) = rest.split_at(length);
        words.push(word);
        rest = tail;
    }
    words
}

fn sorted_words(line: &str) -> Vec<&str> {
    let mut words = words(line);
    words.retain(|word| !word.trim().is_empty());
    words.sort_unstable();
    words
}

/// The part of the words of two lines that both have, between 0 and 1: the coefficient of Dice. Expects sorted words.
fn resemblance(left: &[&str], right: &[&str]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < left.len() && j < right.len() {
        match left[i].cmp(right[j]) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => (i, j, common) = (i + 1, j + 1, common + 1),
        }
    }
    2.0 * f64::from(common) / (left.len() + right.len()).max(1) as f64
}

/// Two lines with the words marked that the other does not have. Where most has changed nothing is marked: the lines are then to
/// be read, not to be compared.
fn changed_words(left: &str, right: &str) -> (Marked, Marked) {
    let (left_words, right_words) = (words(left), words(right));
    let (removed, added): (Vec<_>, Vec<_>) = differences(&left_words, &right_words).into_iter().unzip();
    let marked = |words: &[&str], changed: &[Range<usize>]| -> Marked {
        let letters = |(at, word): (usize, &&str)| {
            let is_changed = !word.trim().is_empty() && changed.iter().any(|range| range.contains(&at));
            word.chars().map(|c| (c, is_changed)).collect::<Marked>()
        };
        words.iter().enumerate().flat_map(letters).collect()
    };
    let both = (marked(&left_words, &removed), marked(&right_words, &added));
    let letters = || both.0.iter().chain(&both.1).filter(|(c, _)| !c.is_whitespace());
    let changed = letters().filter(|(_, is_changed)| *is_changed).count();
    if 2 * changed > letters().count() { (unmarked(left), unmarked(right)) } else { both }
}

/// A line in pieces that are `width` wide at most, broken at blanks where there are any; the pieces below the first are indented.
fn wrapped(line: &[(char, bool)], width: usize) -> Vec<Marked> {
    let is_blank = |(c, _): &(char, bool)| c.is_whitespace();
    let indent = line.iter().take_while(|letter| is_blank(letter)).count();
    let mut pieces: Vec<Marked> = Vec::new();
    let mut rest = line;
    while !rest.is_empty() || pieces.is_empty() {
        let hang = if pieces.is_empty() { 0 } else { (indent + 4).min(width / 2) };
        let room = width - hang;
        let end = if rest.len() <= room {
            rest.len()
        } else {
            // A break early in the line would waste more than it helps.
            rest[room / 2..room].iter().rposition(is_blank).map_or(room, |blank| room / 2 + blank + 1)
        };
        pieces.push(iter::repeat_n((' ', false), hang).chain(rest[..end].iter().copied()).collect());
        rest = &rest[end..];
    }
    pieces
}

/// What has become of a line, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Same,
    Replaced,
    Removed,
    Added,
}

/// Adds colours where they are wanted.
struct Paint(Style);

impl Paint {
    fn title(&self, text: &str) -> String {
        self.styled(text, anstyle::Style::new().bold())
    }

    fn faint(&self, text: &str) -> String {
        self.styled(text, anstyle::Style::new().dimmed())
    }

    fn mark(&self, mark: &str, kind: Kind) -> String {
        self.styled(mark, Self::of(kind).bold())
    }

    fn text(&self, text: &[(char, bool)], kind: Kind) -> String {
        let pieces = text.chunk_by(|one, next| one.1 == next.1).map(|piece| {
            let style = if piece[0].1 { Self::of(kind).invert() } else { Self::of(kind) };
            self.styled(&unstyled(piece), style)
        });
        pieces.collect()
    }

    fn of(kind: Kind) -> anstyle::Style {
        let colour = match kind {
            Kind::Same => return anstyle::Style::new(),
            Kind::Replaced => AnsiColor::Yellow,
            Kind::Removed => AnsiColor::Red,
            Kind::Added => AnsiColor::Green,
        };
        colour.on_default()
    }

    fn styled(&self, text: &str, style: anstyle::Style) -> String {
        if self.0.colour && !text.trim().is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// What is shown, line by line, without blanks at the ends of lines.
#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, parts: &[&str]) {
        self.0.push_str(parts.concat().trim_end());
        self.0.push('\n');
    }
}

/// The lines of a text that hold code, each as its tokens with single blanks between them.
fn code_lines(text: &str) -> Vec<String> {
    let Ok(stream) = TokenStream::from_str(text) else {
        // No Rust, or only a piece of it: what looks like code is code.
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
        return lines.map(str::to_owned).collect();
    };
    let mut code = Code::default();
    code.collect(stream, true);
    if let [name] = code.names[..] {
        code.tokens[name].1 = "_".into();
    }
    let lines = code.tokens.chunk_by(|one, next| one.0 == next.0);
    lines.map(|line| line.iter().map(|(_, token)| token.as_str()).collect::<Vec<_>>().join(" ")).collect()
}

/// Tokens, which know neither blanks nor comments, with their line numbers.
#[derive(Default)]
struct Code {
    tokens: Vec<(usize, String)>,
    /// Which of the tokens name a function at the top level.
    names: Vec<usize>,
}

impl Code {
    fn collect(&mut self, stream: TokenStream, top_level: bool) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut rest = trees.as_slice();
        while let Some((tree, tail)) = rest.split_first() {
            if let Some(after) = after_doc_comment(rest) {
                rest = after;
                continue;
            }
            match tree {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    self.tokens.push((group.span_open().start().line, open.into()));
                    self.collect(group.stream(), false);
                    self.tokens.push((group.span_close().start().line, close.into()));
                }
                // A string may go over several lines.
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let lines = text.lines().map(str::to_owned);
                    self.tokens.extend((literal.span().start().line..).zip(lines));
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {
                    self.tokens.push((tree.span().start().line, tree.to_string()));
                    if top_level && matches!(tree, TokenTree::Ident(word) if word == "fn") {
                        self.names.push(self.tokens.len());
                    }
                }
            }
            rest = tail;
        }
    }
}

/// What follows a doc comment, if one stands first: the tokens know it as `#[doc = "..."]` or `#![doc = "..."]`.
fn after_doc_comment(trees: &[TokenTree]) -> Option<&[TokenTree]> {
    let is = |tree: &TokenTree, wanted: char| matches!(tree, TokenTree::Punct(found) if found.as_char() == wanted);
    let (attribute, rest) = match trees {
        [hash, TokenTree::Group(attribute), rest @ ..] if is(hash, '#') => (attribute, rest),
        [hash, bang, TokenTree::Group(attribute), rest @ ..] if is(hash, '#') && is(bang, '!') => (attribute, rest),
        _ => return None,
    };
    let attribute: Vec<TokenTree> = attribute.stream().into_iter().collect();
    match attribute.as_slice() {
        [TokenTree::Ident(name), equals, ..] if name == "doc" && is(equals, '=') => Some(rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { colour: false };
    const COLOUR: Style = Style { colour: true };

    const NAIVE: &str = "\
/// Indexed.
pub fn naive(input: &Input, counts: &mut Output) {
    let mut z = vec![0.0; input.len()];
    for i in 0..input.len() {
        for iteration in 0..input.max_iterations {
            z[i] = z[i] * z[i] + q[i];
            if z[i].norm() > 2.0 {
                counts[i] = iteration;
            }
        }
    }
}";

    const HOISTED: &str = "\
/// Read once.
///
/// Mirrors another program.
pub fn hoisted(input: &Input, counts: &mut Output) {
    let z = vec![0.0; input.len()];
    for i in 0..input.len() {
        // Once for each point.
        let mut zi = z[i];

        for iteration in 0..input.max_iterations {
            zi = zi * zi + q[i];
            if zi.norm() > 2.0 {
                counts[i] = iteration; // and no more
            }
        }
    }
}";

    fn naive() -> Side {
        Side::new("kernels::mandelbrot::naive", "crates/kernels/src/mandelbrot.rs:98", NAIVE, 98)
    }

    fn hoisted() -> Side {
        Side::new("kernels::mandelbrot::hoisted", "crates/kernels/src/mandelbrot.rs:7", HOISTED, 7)
    }

    fn side(text: &str) -> Side {
        Side::new("title", "subtitle", text, 1)
    }

    /// The words that are shown inverted.
    fn highlighted(shown: &str) -> Vec<&str> {
        let pieces = shown.split("\u{1b}[7m").skip(1);
        // The code of the colour comes before the word, and one more behind it.
        pieces.filter_map(|piece| piece.split_once('m')?.1.split('\u{1b}').next()).collect()
    }

    #[test]
    fn a_hoisted_load_changes_four_lines() {
        // `let mut z`, the new `let mut zi`, the sum and the test.
        assert_eq!(changed_lines(NAIVE, HOISTED), 4);
        assert_eq!(changed_lines(HOISTED, NAIVE), 4);
    }

    #[test]
    fn a_change_counts_the_longer_of_its_sides() {
        let body = |lines: &str| format!("fn step() {{\n    begin();\n{lines}\n    end();\n}}");
        let changed = |a: &str, b: &str| changed_lines(&body(a), &body(b));
        assert_eq!(changed("a();", "a();"), 0);
        assert_eq!(changed("a();", "b();"), 1);
        assert_eq!(changed("a();", "b();\nc();\nd();"), 3);
        assert_eq!(changed("a();\nb();\nc();", "d();"), 3);
        assert_eq!(changed("a();", ""), 1);
        assert_eq!(changed("a();\nkept();\nb();", "kept();\nc();"), 2);
        assert_eq!(changed_lines("", "fn a() {\n}"), 2);
        assert_eq!(changed_lines("", ""), 0);
    }

    #[test]
    fn comments_blanks_and_layout_are_no_change() {
        let bare = "fn step(x: f64) -> f64 {\n    x+x*\"// a  b\".len() as f64\n}";
        let dressed = "\
//! A file.

/** Doubles. */
fn step( x: f64 ) -> f64 { // in place
    //! Within.
    /* Several
       lines. */
            x + x * \"// a  b\".len() as f64

}
// The end.
";
        assert_eq!(changed_lines(bare, dressed), 0);
        assert_eq!(changed_lines(bare, &bare.replace("// a  b", "// a b")), 1);
        assert_eq!(changed_lines(bare, &bare.replace('\n', "\r\n")), 0);
    }

    #[test]
    fn attributes_are_code() {
        assert_eq!(changed_lines("fn step() {}", "/// Documented.\n#[inline(never)]\nfn step() {}"), 1);
        assert_eq!(changed_lines("fn step() {}", "#[doc(hidden)]\nfn step() {}"), 1);
    }

    #[test]
    fn a_loop_around_some_lines_changes_none_of_them() {
        let flat = "fn step() {\n    a();\n    b();\n}";
        let looped = "fn step() {\n    for _ in 0..2 {\n        a();\n        b();\n    }\n}";
        assert_eq!(changed_lines(flat, looped), 2);
    }

    #[test]
    fn the_name_of_the_step_is_no_change_but_every_other_name_is() {
        assert_eq!(changed_lines("pub fn a(x: u32) {\n    x\n}", "pub fn b(x: u32) {\n    x\n}"), 0);
        assert_eq!(changed_lines("pub fn a(x: u32) {\n    x\n}", "pub fn b(y: u32) {\n    y\n}"), 2);
        let with_inner = |inner: &str| format!("fn a() {{\n    fn {inner}() {{}}\n    {inner}();\n}}");
        assert_eq!(changed_lines(&with_inner("b"), &with_inner("c")), 2);
        let prepared = |step: &str, method: &str| {
            format!("struct S;\n\nfn {step}() {{}}\n\nimpl S {{\n    fn {method}(run: fn(u32)) {{}}\n}}")
        };
        assert_eq!(changed_lines(&prepared("a", "run"), &prepared("b", "run")), 0);
        assert_eq!(changed_lines(&prepared("a", "run"), &prepared("b", "walk")), 1);
        assert_eq!(changed_lines("fn a() {}\nfn b() {}", "fn a() {}\nfn c() {}"), 1);
    }

    #[test]
    fn strings_over_several_lines_count_line_by_line() {
        let text = |middle: &str| format!("fn a() -> &'static str {{\n    \"one\n{middle}\nthree\"\n}}");
        assert_eq!(changed_lines(&text("two"), &text("// two")), 1);
    }

    #[test]
    fn what_is_no_rust_is_compared_by_its_lines() {
        assert_eq!(changed_lines("for (\n  a\n\n// b\n", "for (\n    a\nc"), 1);
    }

    #[test]
    fn unified_shows_marks_numbers_and_underlined_words() {
        let expected = "\
--- kernels::mandelbrot::naive  crates/kernels/src/mandelbrot.rs:98
+++ kernels::mandelbrot::hoisted  crates/kernels/src/mandelbrot.rs:7
 98    - /// Indexed.
 99    - pub fn naive(input: &Input, counts: &mut Output) {
                ^^^^^
100    -     let mut z = vec![0.0; input.len()];
                 ^^^
     7 + /// Read once.
     8 + ///
     9 + /// Mirrors another program.
    10 + pub fn hoisted(input: &Input, counts: &mut Output) {
                ^^^^^^^
    11 +     let z = vec![0.0; input.len()];
101 12       for i in 0..input.len() {
    13 +         // Once for each point.
    14 +         let mut zi = z[i];
    15 +
102 16           for iteration in 0..input.max_iterations {
103    -             z[i] = z[i] * z[i] + q[i];
104    -             if z[i].norm() > 2.0 {
                        ^^^^
105    -                 counts[i] = iteration;
    17 +             zi = zi * zi + q[i];
    18 +             if zi.norm() > 2.0 {
                        ^^
    19 +                 counts[i] = iteration; // and no more
                                                ^^ ^^^ ^^ ^^^^
106 20               }
107 21           }
108 22       }
109 23   }
";
        assert_eq!(unified(&naive(), &hoisted(), PLAIN), expected);
    }

    #[test]
    fn unified_shows_a_line_that_moved_right_as_in_the_second_text() {
        let shown = unified(&side("{\na();\n}"), &side("{\nloop {\n    a();\n}\n}"), PLAIN);
        let lines: Vec<&str> = shown.lines().skip(2).collect();
        assert_eq!(lines, ["1 1   {", "  2 + loop {", "2 3       a();", "3 4   }", "  5 + }"]);
    }

    #[test]
    fn side_by_side_sets_changed_removed_and_added_rows_beside_each_other() {
        let a = "fn step() {\n    let a = one(1);\n    gone();\n    kept();\n}";
        let b = "fn step() {\n    let a = two(1);\n    kept();\n    come();\n}";
        let shown = side_by_side(&side(a), &side(b), 80, PLAIN);
        let lines: Vec<&str> = shown.lines().collect();
        let row = |left: &str, mark: &str, right: &str| format!("{left:<38} {mark} {right}").trim_end().to_owned();
        let rule = "─".repeat(38);
        assert_eq!(
            lines,
            [
                row("title", " ", "title"),
                row("subtitle", " ", "subtitle"),
                format!("{rule}   {rule}"),
                row("1 fn step() {", " ", "1 fn step() {"),
                row("2     let a = one(1);", "|", "2     let a = two(1);"),
                row("3     gone();", "<", ""),
                row("4     kept();", " ", "3     kept();"),
                row("", ">", "4     come();"),
                row("5 }", " ", "5 }"),
            ]
        );
    }

    #[test]
    fn lines_that_resemble_each_other_are_set_beside_each_other() {
        let a = "first(1, 2);\nlet norm = (x * x + y * y).sqrt();";
        let b = "let norm = (a * a + b * b).sqrt();\nother[7] = 5;\nlast = \"\";";
        let shown = side_by_side(&side(a), &side(b), 100, PLAIN);
        let rows: Vec<String> =
            shown.lines().skip(3).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            rows,
            [
                "1 first(1, 2); <",
                "2 let norm = (x * x + y * y).sqrt(); | 1 let norm = (a * a + b * b).sqrt();",
                "> 2 other[7] = 5;",
                "> 3 last = \"\";",
            ]
        );
    }

    #[test]
    fn side_by_side_is_never_wider_than_asked_and_loses_nothing() {
        let long = "    let answer = some::very::long::path::to_a_function(with, many, arguments, and, äöü, more);";
        let solid = "x".repeat(500);
        let texts = [NAIVE.to_owned(), HOISTED.to_owned(), format!("{long}\n{solid}\n\t\tb\n\n"), String::new()];
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            for width in (0..=240).step_by(7) {
                let (a, b) = (Side::new(&solid, "where", a, 9), Side::new("what", long, b, 12_345));
                let shown = side_by_side(&a, &b, width, PLAIN);
                let limit = width.clamp(80, 200);
                assert!(shown.lines().all(|line| line.chars().count() <= limit), "{width}\n{shown}");
                assert!(!shown.contains(['\t', '\u{1b}']));
                let column = (limit - a.number_width() - b.number_width() - 5) / 2;
                let [left, right] = columns(&shown, a.number_width(), b.number_width(), column);
                assert_eq!((letters(&left), letters(&right)), (letters(&a.text), letters(&b.text)));
            }
        }
    }

    /// The texts of the two columns below the rule, without numbers and marks.
    fn columns(shown: &str, left_number: usize, right_number: usize, column: usize) -> [String; 2] {
        let rows = || shown.lines().skip_while(|line| !line.starts_with('─')).skip(1);
        let part = |skip: usize, take: usize| rows().flat_map(|row| row.chars().skip(skip).take(take)).collect();
        [part(left_number + 1, column), part(left_number + 1 + column + 3 + right_number + 1, column)]
    }

    #[test]
    fn long_lines_go_on_below_marked_where_the_number_would_stand() {
        let long = "    let sum = first_addend_of_a_sum + second_addend_of_it;";
        let shown = side_by_side(&side(long), &side(""), 80, PLAIN);
        let rows: Vec<&str> = shown.lines().skip(3).collect();
        let mark = |text: &str| format!("{text:<38} <");
        assert_eq!(rows, [mark("1     let sum = first_addend_of_a_sum"), mark("↳         + second_addend_of_it;")]);
    }

    #[test]
    fn lines_outside_the_file_have_no_number() {
        let text = Side { lines: vec![Some(8), None, Some(12)], ..side("a();\n\nb();") };
        let shown = unified(&text, &text, PLAIN);
        assert_eq!(shown.lines().skip(2).collect::<Vec<_>>(), [" 8  8   a();", "", "12 12   b();"]);
    }

    #[test]
    fn without_colours_there_are_no_codes() {
        assert!(!unified(&naive(), &hoisted(), PLAIN).contains('\u{1b}'));
        assert!(!side_by_side(&naive(), &hoisted(), 120, PLAIN).contains('\u{1b}'));
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let without_codes = |shown: &str| {
            let mut pieces = shown.split('\u{1b}');
            let first = pieces.next().unwrap_or_default().to_owned();
            let text = pieces.fold(first, |text, piece| text + piece.split_once('m').map_or("", |(_, text)| text));
            text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>()
        };
        let plain = side_by_side(&naive(), &hoisted(), 100, PLAIN);
        assert_eq!(without_codes(&side_by_side(&naive(), &hoisted(), 100, COLOUR)), plain.lines().collect::<Vec<_>>());
        let plain = unified(&naive(), &hoisted(), PLAIN);
        let plain: Vec<&str> = plain.lines().filter(|line| !line.contains('^')).collect();
        assert_eq!(without_codes(&unified(&naive(), &hoisted(), COLOUR)), plain);
    }

    #[test]
    fn only_the_words_that_changed_are_highlighted() {
        let (a, b) = (side("    kept();\n    let mut z = f(a, 1);"), side("    kept();\n    let z = f(b, 1);"));
        for shown in [unified(&a, &b, COLOUR), side_by_side(&a, &b, 100, COLOUR)] {
            assert_eq!(highlighted(&shown), ["mut", "a", "b"]);
        }
    }

    #[test]
    fn where_most_has_changed_nothing_is_highlighted() {
        let shown = unified(&side("let a = first();"), &side("for row in rows {"), COLOUR);
        assert!(highlighted(&shown).is_empty());
        assert_eq!(changed_words("a.b", "c.d"), (unmarked("a.b"), unmarked("c.d")));
    }

    #[test]
    fn equal_texts_have_no_marks() {
        let shown = side_by_side(&naive(), &naive(), 200, PLAIN);
        assert!(!shown.lines().any(|line| line.contains(" | ") || line.contains(" < ") || line.ends_with(" <")));
        let shown = unified(&side("a\nb"), &side("a\nb"), PLAIN);
        assert_eq!(shown.lines().skip(2).collect::<Vec<_>>(), ["1 1   a", "2 2   b"]);
    }

    #[test]
    fn whole_files_can_be_large() {
        let file =
            |word: &str| (0..1500).map(|line| format!("    {word}({line}, {});\n", line % 7)).collect::<String>();
        let shown = side_by_side(&side(&file("one")), &side(&file("two")), 120, PLAIN);
        assert_eq!(shown.lines().count(), 1500 + 3);
    }

    #[test]
    fn the_width_of_the_terminal_stays_within_reason() {
        assert!((80..=200).contains(&terminal_width()));
    }
}
