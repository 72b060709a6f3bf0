//! A listing: its doc comments as text above it, and how wide it is.

/// A doc comment of a single line stays in a listing, unless it begins it or is wider than this.
const COMMENT: usize = 100;

/// What has no more columns than this has its usual size.
const USUAL: usize = 104;

/// The widths, in columns, for which the style sheet has a size. What is wider is broken into lines.
const WIDTHS: [usize; 5] = [112, 120, 130, 140, 160];

/// A listing as it is shown, if that is another way than it is written: `language` is what stands behind the first fence.
pub(crate) fn shown(language: &str, code: &str) -> Option<String> {
    let code = dedented(code);
    if language.split(',').next() != Some("rust") {
        let width = class(&code)?;
        return Some(fenced(language, width, &code));
    }
    let mut text = String::new();
    for Piece { comment, code } in pieces(&code) {
        if !comment.is_empty() {
            text += &format!("<div class=\"idea\">\n\n{}\n\n</div>\n\n", prose(&comment).trim());
        }
        if !code.is_empty() {
            text += &fenced(language, class(&code).unwrap_or_default(), &code);
            text.push('\n');
        }
    }
    Some(text)
}

/// Code between fences. The class of its width is added to what stands behind the first.
fn fenced(language: &str, class: &str, code: &str) -> String {
    let language = match (language, class) {
        (language, "") => language.to_owned(),
        ("", class) => format!("text,{class}"),
        (language, class) => format!("{language},{class}"),
    };
    let fence = if code.contains("```") { "````" } else { "```" };
    format!("{fence}{language}\n{}\n{fence}\n", code.trim_end())
}

/// The class for the widest line, where the usual size is too large for it.
fn class(code: &str) -> Option<&'static str> {
    let columns = code.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let classes = ["columns-112", "columns-120", "columns-130", "columns-140", "columns-160"];
    match WIDTHS.iter().position(|width| columns <= *width) {
        _ if columns <= USUAL => None,
        Some(place) => Some(classes[place]),
        None => Some("wrapped"),
    }
}

/// The lines without the spaces that all of them begin with: a part of an `impl` is shown as what it is.
fn dedented(code: &str) -> String {
    let filled = code.lines().filter(|line| !line.trim().is_empty());
    let common = filled.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0);
    code.lines().map(|line| line.get(common..).unwrap_or("").trim_end()).collect::<Vec<_>>().join("\n")
}

/// A part of a listing, and the doc comment in front of it, a line each.
struct Piece {
    comment: Vec<String>,
    code: String,
}

/// Cuts a listing at its doc comments. Comments within an item, and short ones between items, stay in the code.
fn pieces(code: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece { comment: Vec::new(), code: String::new() }];
    let mut lines = code.lines().peekable();
    while let Some(line) = lines.next() {
        let mut comment = Vec::from_iter(comment(line));
        while let Some(next) = lines.peek().and_then(|line| self::comment(line)).filter(|_| !comment.is_empty()) {
            comment.push(next);
            lines.next();
        }
        let last = pieces.last_mut().expect("there is a first one");
        let first = last.code.trim().is_empty();
        match comment.as_slice() {
            [] => last.code += &format!("{line}\n"),
            [single] if !first && single.chars().count() <= COMMENT => last.code += &format!("{line}\n"),
            _ if first && last.comment.is_empty() => last.comment = comment,
            _ => pieces.push(Piece { comment, code: String::new() }),
        }
    }
    for piece in &mut pieces {
        piece.code = piece.code.trim_matches('\n').to_owned();
    }
    pieces
}

/// The text of a doc comment that begins a line.
fn comment(line: &str) -> Option<String> {
    let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
    (!text.starts_with('/')).then(|| text.strip_prefix(' ').unwrap_or(text).to_owned())
}

/// A doc comment as Markdown of the book: links to items are their names, and a heading is a bold line.
fn prose(comment: &[String]) -> String {
    let lines = comment.iter().map(|line| match line.strip_prefix('#') {
        Some(rest) => format!("**{}.**", rest.trim_start_matches('#').trim()),
        None => line.clone(),
    });
    without_links(&lines.collect::<Vec<_>>().join("\n"))
}

/// Text whose links to items, which only rustdoc can follow, are their names.
fn without_links(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['`', '[']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match rest.strip_prefix('`') {
            Some(code) => {
                let span = code.find('`').map_or(1, |end| end + 2);
                plain.push_str(&rest[..span]);
                span
            }
            None => link(rest, &mut plain),
        };
        rest = &rest[taken..];
    }
    plain.push_str(rest);
    plain
}

/// Adds what is shown of a link, or of what only looks like one, that `text` begins with; returns how many bytes it has.
fn link(text: &str, plain: &mut String) -> usize {
    let Some(end) = text.find(']') else {
        plain.push('[');
        return 1;
    };
    let name = &text[1..end];
    let behind = &text[end + 1..];
    let target = behind.strip_prefix('(').and_then(|behind| behind.split_once(')')).map(|(target, _)| target);
    match target {
        Some(target) if target.contains("://") => {
            plain.push('[');
            1
        }
        Some(target) => {
            plain.push_str(name);
            end + 1 + target.len() + 2
        }
        None if name.starts_with('`') && name.ends_with('`') => {
            plain.push_str(name);
            end + 1
        }
        None => {
            plain.push('[');
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_doc_comment_of_a_step_stands_above_its_code() {
        let step = "/// The idea.\n///\n/// Mirrors `a.py`, where `z[i]` is. Look at\n/// the call.\n#[inline]\npub fn step() {\n    // why\n}\n";
        assert_eq!(
            shown("rust", step).unwrap(),
            "<div class=\"idea\">\n\nThe idea.\n\nMirrors `a.py`, where `z[i]` is. Look at\nthe call.\n\n</div>\n\n\
             ```rust\n#[inline]\npub fn step() {\n    // why\n}\n```\n\n"
        );
    }

    #[test]
    fn a_long_comment_between_items_cuts_a_listing_and_a_short_one_does_not() {
        let two = "/// First.\nstruct A {\n    /// A field.\n    /// Of two lines.\n    field: u8,\n}\n\n/// Short.\nstruct B;\n\n/// Long,\n/// longer.\nstruct C;\n";
        let shown = shown("rust,ignore", two).unwrap();
        assert_eq!(shown.matches("```rust,ignore\n").count(), 2, "{shown}");
        assert!(shown.contains("    /// Of two lines.\n"), "{shown}");
        assert!(
            shown.contains("}\n\n/// Short.\nstruct B;\n```\n\n<div class=\"idea\">\n\nLong,\nlonger.\n\n</div>"),
            "{shown}"
        );
    }

    #[test]
    fn a_part_of_an_impl_begins_at_the_margin() {
        let method = "    /// Takes\n    /// it.\n    fn take(&self) {\n        self.0\n    }\n";
        assert!(shown("rust", method).unwrap().ends_with("```rust\nfn take(&self) {\n    self.0\n}\n```\n\n"));
    }

    #[test]
    fn only_what_rustdoc_can_follow_is_no_link() {
        let text = "[`A`] and [`b`](Self::b), [words](crate::c), [page](https://d), `z[i]`, [1, 2] and [";
        assert_eq!(without_links(text), "`A` and `b`, words, [page](https://d), `z[i]`, [1, 2] and [");
        assert_eq!(prose(&["# Errors".to_owned(), String::new(), "Never.".to_owned()]), "**Errors.**\n\nNever.");
    }

    #[test]
    fn a_wide_listing_says_so_and_any_other_text_stays_as_it_is() {
        let of = |width: usize| shown("text", &"x".repeat(width)).map(|text| text.lines().next().unwrap().to_owned());
        assert_eq!(of(104), None);
        assert_eq!(of(105).as_deref(), Some("```text,columns-112"));
        assert_eq!(of(141).as_deref(), Some("```text,columns-160"));
        assert_eq!(of(161).as_deref(), Some("```text,wrapped"));
        assert_eq!(shown("", "short\n"), None);
        assert!(shown("", &"é".repeat(120)).unwrap().starts_with("```text,columns-120\n"));
        assert!(shown("text", &format!("```{}", "x".repeat(120))).unwrap().starts_with("````text,"));
    }
}
