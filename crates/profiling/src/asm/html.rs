//! The page of an annotated source.

use std::fmt::{self, Write};
use std::path::Path;

use super::annotate::{Annotated, AnnotatedLine, Cost, PER_LOOP, WEIGHTS};
use super::built::warning;
use super::instruction::{Callee, Class, Instruction, Purpose};
use super::listing::{Listing, short};
use super::names::{last_part, without_generics};

impl Annotated {
    /// The page: one file that needs no other.
    pub fn html(&self) -> String {
        let mut page = String::new();
        // Writing to a string cannot fail.
        let _ = write(&mut page, self);
        page
    }
}

const STYLE: &str = include_str!("annotate.css");

fn write(out: &mut String, annotated: &Annotated) -> fmt::Result {
    let file = Path::new(&*annotated.file).file_name().unwrap_or_default().to_string_lossy();
    let numbers = || annotated.lines.iter().filter_map(|line| line.number);
    let (first, last) = (numbers().next().unwrap_or(1), numbers().next_back().unwrap_or(1));
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light\">\n\
         <title>{file}, lines {first} to {last}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>",
        file = escaped(&file)
    )?;
    writeln!(
        out,
        "<header><h1>{}<span>lines {first} to {last}</span></h1>\n<p>{} instructions in {}. The yellower a line, the more it costs; \
         on a white line only packed or necessary work is left. A click opens its instructions.</p>\n</header>",
        escaped(&short(&annotated.file)),
        annotated.instructions(),
        number_of(annotated.functions.len() as u64, "function"),
    )?;
    if annotated.is_changed {
        writeln!(out, "<p><strong>{}</strong></p>", escaped(&warning(&short(&annotated.file))))?;
    }
    legend(out)?;
    functions(out, annotated)?;
    writeln!(
        out,
        "<section class=\"source\">\n<div class=\"bar\"><button type=\"button\" id=\"all\">open all</button></div>"
    )?;
    let mut highlighter = Highlighter::default();
    for line in &annotated.lines {
        row(out, annotated, line, &mut highlighter)?;
    }
    row(out, annotated, &annotated.no_line, &mut highlighter)?;
    writeln!(out, "</section>\n</main>")?;
    // The page is complete without the script: it only opens and closes all lines at once.
    writeln!(
        out,
        "<script>\nconst all = document.getElementById('all');\nall.addEventListener('click', () => {{\n  \
         const open = all.textContent === 'open all';\n  \
         document.querySelectorAll('.source details').forEach(line => {{ line.open = open; }});\n  \
         all.textContent = open ? 'close all' : 'open all';\n}});\n</script>\n</body>\n</html>"
    )
}

fn legend(out: &mut String) -> fmt::Result {
    let shade = |score: f64| colour(&Cost { score, ..Cost::default() });
    write!(out, "<div class=\"legend\"><span class=\"scale\">")?;
    for score in [0.0, 4.0, 16.0, 48.0, 128.0, 1000.0] {
        write!(out, "<i style=\"background:{}\"></i>", shade(score))?;
    }
    writeln!(
        out,
        "</span><span>white to yellow: the score</span><details><summary>how it is computed</summary><p>Bounds check {}, other panic {}, \
         allocation {}, memory block {}, any other call {}, division or root of a single number {}, other scalar floating point within a \
         loop {}; times {PER_LOOP} for each loop around it, in the loop where that is most. What a packed loop leaves over for single numbers weighs nothing, nor does \
         code that runs only during a panic. The loops are those of one function: a closure that is called in a loop elsewhere \
         starts from none.</p></details></div>",
        WEIGHTS.bounds_check,
        WEIGHTS.panic,
        WEIGHTS.allocation,
        WEIGHTS.memory,
        WEIGHTS.call,
        WEIGHTS.division,
        WEIGHTS.scalar,
    )
}

fn functions(out: &mut String, annotated: &Annotated) -> fmt::Result {
    let mut by_size: Vec<_> = annotated.functions.iter().collect();
    by_size.sort_by_key(|function| std::cmp::Reverse(function.count.instructions));
    let open = if by_size.len() <= 6 { " open" } else { "" };
    writeln!(
        out,
        "<details class=\"functions\"{open}><summary>{}</summary>\n<table>\n<thead><tr><th>function</th><th>instructions</th><th>packed</th><th>scalar</th><th>integer</th><th>moves</th>\
         <th>branches</th><th>calls</th><th>bounds checks</th><th>widest vector</th></tr></thead>\n<tbody>",
        number_of(by_size.len() as u64, "function"),
    )?;
    for function in by_size {
        let count = &function.count;
        let name = function.listing.function().name();
        let note = if function.is_selected { "" } else { " <em>inlined here</em>" };
        write!(out, "<tr><td><code title=\"{0}\">{1}</code>{note}</td>", escaped(name), escaped(&clipped(name, 88)))?;
        let numbers = [
            count.instructions,
            count.packed,
            count.scalar,
            count.integer,
            count.moves,
            count.branches,
            count.calls,
            count.bounds_checks,
        ];
        for number in numbers {
            write!(out, "<td>{}</td>", if number == 0 { "<s>0</s>".into() } else { number.to_string() })?;
        }
        match count.vector_bits {
            0 => writeln!(out, "<td><s>none</s></td></tr>")?,
            bits => writeln!(out, "<td>{bits} bits</td></tr>")?,
        }
    }
    writeln!(out, "</tbody>\n</table>\n</details>")
}

fn row(out: &mut String, annotated: &Annotated, line: &AnnotatedLine, highlighter: &mut Highlighter) -> fmt::Result {
    let number = line.number.map(|number| number.to_string());
    let text = match &number {
        Some(_) => highlighter.line(&line.text),
        None => "<span class=\"none\">&lt;no line&gt;</span>".to_owned(),
    };
    let number = number.unwrap_or_else(|| "\u{2013}".into());
    if line.parts.is_empty() {
        return writeln!(out, "<div class=\"line\"><b>{number}</b><u></u><u></u><code>{text}</code></div>");
    }
    let loops = "<i></i>".repeat(line.depth.min(4) as usize);
    writeln!(
        out,
        "<details><summary class=\"line\" style=\"background:{}\" title=\"score {:.0}\"><b>{number}</b>\
         <u title=\"{}\">{loops}</u><u>{}</u><code>{text}</code><span class=\"badges\">{}</span></summary>",
        colour(&line.cost),
        line.cost.score,
        number_of(u64::from(line.depth), "loop") + " around it",
        line.count.instructions,
        badges(line),
    )?;
    for part in &line.parts {
        let listing = &annotated.functions[part.function].listing;
        writeln!(out, "<div class=\"asm\">")?;
        if annotated.functions.len() > 1 {
            writeln!(out, "<p>{}</p>", escaped(&clipped(listing.function().name(), 110)))?;
        }
        let mut before: Option<usize> = None;
        let mut origin = String::new();
        for &at in &part.instructions {
            if before.is_some_and(|before| before + 1 != at) {
                writeln!(out, "<hr>")?;
            }
            before = Some(at);
            let instruction = &listing.instructions()[at];
            let from = inlined_from(instruction, line, &annotated.file);
            if from != origin {
                origin = from;
                if !origin.is_empty() {
                    writeln!(out, "<q>{}</q>", escaped(&origin))?;
                }
            }
            self::instruction(out, listing, instruction)?;
        }
        writeln!(out, "</div>")?;
    }
    writeln!(out, "</details>")
}

fn instruction(out: &mut String, listing: &Listing, instruction: &Instruction) -> fmt::Result {
    let class = match instruction.class {
        Class::Packed => "packed",
        Class::Scalar => "scalar",
        Class::Integer => "integer",
        Class::Move => "move",
        Class::Branch => "branch",
        Class::Call => "call",
        Class::Other => "other",
    };
    let cold = if instruction.cold { " cold" } else { "" };
    let label = instruction.label.map(|label| format!(".{label}:")).unwrap_or_default();
    let loops = "<i></i>".repeat(instruction.depth.min(4) as usize);
    let note = listing.note(instruction);
    let note = if note.is_empty() { note } else { format!("<em>{}</em>", escaped(&note)) };
    writeln!(
        out,
        "<div class=\"{class}{cold}\"><b>{:x}</b><u>{loops}</u><s>{label}</s><code>{}</code>{note}</div>",
        instruction.address,
        escaped(&instruction.text),
    )
}

/// Where the code was written, when that is not the line itself.
fn inlined_from(instruction: &Instruction, line: &AnnotatedLine, file: &str) -> String {
    let Some(innermost) = instruction.frames.first() else { return String::new() };
    if line.number.is_some() && innermost.line == line.number && innermost.file.as_deref() == Some(file) {
        return String::new();
    }
    match (&innermost.function, &innermost.file, innermost.line) {
        (Some(function), Some(file), Some(line)) => format!("{}, {}:{line}", clipped(function, 60), short(file)),
        _ => String::new(),
    }
}

fn badges(line: &AnnotatedLine) -> String {
    let cost = &line.cost;
    let mut badges = String::new();
    let mut badge = |class: &str, text: &str, title: &str| {
        // Writing to a string cannot fail.
        let _ = write!(badges, "<span class=\"{class}\" title=\"{}\">{}</span>", escaped(title), escaped(text));
    };
    let times = |number: u64, text: &str| if number == 1 { text.to_owned() } else { format!("{number} \u{d7} {text}") };
    if cost.bounds_checks > 0 {
        badge("check", &times(cost.bounds_checks, "bounds check"), "a jump that leads to a panic about an index");
    }
    if cost.panics > 0 {
        badge("panic", &times(cost.panics, "may panic"), "a jump that leads to a panic");
    }
    let called = |purpose: &[Purpose]| {
        let fits = |name: &&String| purpose.contains(&Callee::named(name.as_str().into()).purpose());
        cost.called.iter().filter(fits).cloned().collect::<Vec<_>>()
    };
    if cost.allocations > 0 {
        let names = called(&[Purpose::Allocation]);
        let frees = |name: &String| name.contains("dealloc") || name.contains("free") || name.contains("drop_in_place");
        let text = if names.iter().all(frees) { "frees" } else { "allocates" };
        badge("call", &times(cost.allocations, text), &names.join(", "));
    }
    for (text, names) in calls(called(&[Purpose::Mathematics, Purpose::Other, Purpose::Memory])) {
        badge("call", &text, &names);
    }
    if cost.divisions > 0 {
        badge("scalar", &times(cost.divisions, "scalar division or root"), "one number at a time");
    }
    if cost.scalar > 0 {
        badge("scalar", &times(cost.scalar, "scalar"), "floating point, one number at a time, in a loop");
    }
    if line.count.packed > 0 {
        let title = format!("computes with {} bits at a time", line.count.vector_bits);
        badge("packed", &format!("{} \u{d7} packed", line.count.packed), &title);
    }
    if cost.rest > 0 {
        badge(
            "rest",
            &format!("{} for the rest", cost.rest),
            "single numbers, and their checks, that the packed loop leaves over",
        );
    }
    badges
}

/// What the badges of called functions say, and the whole names behind each.
fn calls(called: Vec<String>) -> Vec<(String, String)> {
    // More names than these say less than their number does.
    const NAMED: usize = 3;
    let mut names: Vec<(String, String)> = Vec::new();
    for name in called {
        let text = match name.as_str() {
            Cost::INDIRECT => "indirect call".to_owned(),
            name => format!("calls {}", clipped(last_part(&without_generics(name)), 28)),
        };
        match names.iter_mut().find(|(other, _)| *other == text) {
            Some((_, title)) => title.push_str(&format!(", {name}")),
            None => names.push((text, name)),
        }
    }
    if names.len() > NAMED {
        let others = names.split_off(NAMED - 1);
        let whole: Vec<_> = others.iter().map(|(_, name)| name.as_str()).collect();
        names.push((format!("calls {} others", others.len()), whole.join(", ")));
    }
    names
}

/// From white to the yellow that `cython -a` has made known.
fn colour(cost: &Cost) -> String {
    let shade = cost.shade();
    let mix = |to: f64| (255.0 + (to - 255.0) * shade).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(255.0), mix(207.0), mix(38.0))
}

fn number_of(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// At most so many characters, the middle left out.
fn clipped(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most / 2).collect();
    let end: String = text.chars().skip(count - most / 2).collect();
    format!("{start}\u{2026}{end}")
}

/// A text as it stands in a page.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Colours Rust just enough to be read: comments, strings, numbers and keywords. A selection that begins within a block
/// comment or a string is coloured wrongly until that ends.
#[derive(Debug, Default)]
pub struct Highlighter {
    /// The number of block comments that are open.
    comments: usize,
}

const KEYWORDS: [&str; 38] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false", "fn",
    "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self",
    "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while",
];

impl Highlighter {
    /// A line in its tokens, each with its class: `comment`, `string`, `number`, `keyword`, or none.
    pub fn tokens<'a>(&mut self, text: &'a str) -> Vec<(&'static str, &'a str)> {
        let mut tokens = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (class, length) = self.token(rest);
            let (token, after) = rest.split_at(length);
            tokens.push((class, token));
            rest = after;
        }
        tokens
    }

    fn line(&mut self, text: &str) -> String {
        let shown = |(class, token): (&str, &str)| match (class, escaped(token)) {
            ("", token) => token,
            (class, token) => format!("<span class=\"{class}\">{token}</span>"),
        };
        self.tokens(text).into_iter().map(shown).collect()
    }

    /// The class and the length in bytes of the first token.
    fn token(&mut self, rest: &str) -> (&'static str, usize) {
        let word = |character: char| character.is_alphanumeric() || character == '_';
        let until = |end: &dyn Fn(char) -> bool| rest.find(end).unwrap_or(rest.len());
        let mut characters = rest.chars();
        let (first, second) = (characters.next().unwrap_or_default(), characters.next());
        if self.comments > 0 || rest.starts_with("/*") {
            return ("comment", self.comment(rest));
        }
        match first {
            '/' if second == Some('/') => ("comment", rest.len()),
            '"' => ("string", string(rest)),
            '\'' => match character(rest) {
                Some(length) => ("string", length),
                None => ("", 1),
            },
            first if first.is_ascii_digit() => {
                let mut length = until(&|character: char| !word(character) && character != '.');
                // A range, not a fraction.
                if let Some(range) = rest[..length].find("..") {
                    length = range;
                }
                ("number", length)
            }
            first if word(first) => {
                let length = until(&|character| !word(character));
                let class = if KEYWORDS.contains(&&rest[..length]) { "keyword" } else { "" };
                (class, length)
            }
            first => ("", first.len_utf8()),
        }
    }

    fn comment(&mut self, rest: &str) -> usize {
        let mut at = 0;
        while at < rest.len() {
            if rest[at..].starts_with("/*") {
                self.comments += 1;
                at += 2;
            } else if rest[at..].starts_with("*/") {
                self.comments -= 1;
                at += 2;
                if self.comments == 0 {
                    return at;
                }
            } else {
                at += rest[at..].chars().next().map_or(1, char::len_utf8);
            }
        }
        at
    }
}

fn string(rest: &str) -> usize {
    let mut escape = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            '"' if !escape => return at + 1,
            '\\' => escape = !escape,
            _ => escape = false,
        }
    }
    rest.len()
}

/// The length of a character literal; `None` when the quote begins a lifetime.
fn character(rest: &str) -> Option<usize> {
    let inner = &rest[1..];
    if inner.starts_with('\\') {
        return inner[2.min(inner.len())..].find('\'').map(|end| end + 4);
    }
    let length = inner.chars().next()?.len_utf8();
    inner[length..].starts_with('\'').then_some(length + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_source_cannot_become_markup() {
        let mut highlighter = Highlighter::default();
        assert_eq!(
            highlighter.line("a<b>&\"</code>\""),
            "a&lt;b&gt;&amp;<span class=\"string\">&quot;&lt;/code&gt;&quot;</span>"
        );
    }

    #[test]
    fn keywords_numbers_lifetimes_and_comments_are_told_apart() {
        let mut highlighter = Highlighter::default();
        let spans = highlighter.line("for i in 0..10 { x.y = 1.5e3; } // done");
        assert_eq!(spans.matches("keyword").count(), 2);
        assert!(spans.contains("<span class=\"number\">0</span>..<span class=\"number\">10</span>"));
        assert!(spans.contains("<span class=\"number\">1.5e3</span>"));
        assert!(spans.ends_with("<span class=\"comment\">// done</span>"));
        assert_eq!(highlighter.line("&'a T"), "&amp;&#39;a T");
        assert_eq!(highlighter.line(r"'\n' '\'' 'ß'").matches("string").count(), 3);
        assert_eq!(highlighter.line("'\\"), "&#39;\\");
    }

    #[test]
    fn block_comments_go_on_over_lines() {
        let mut highlighter = Highlighter::default();
        highlighter.line("a /* b /* c */ d");
        assert_eq!(highlighter.line("let e"), "<span class=\"comment\">let e</span>");
        assert_eq!(highlighter.line("*/ f"), "<span class=\"comment\">*/</span> f");
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(clipped("abcdefgh", 4), "ab\u{2026}gh");
        assert_eq!(clipped("abcd", 4), "abcd");
    }
}
