//! Two steps side by side as a page for a projector: large type, what changed marked, machine code and times below.

use std::fmt::Write as _;

use profiling::asm::{Highlighter, escaped};
use runner::StepRecord;
use source::side_by_side::{Line, Pair, Side, pairs};

/// What the page shows.
pub(crate) struct DiffPage<'a> {
    /// The texts of the steps, and below each other those of what they run, two by two.
    pub(crate) texts: &'a [(Side, Side)],
    /// Lines of code that changed.
    pub(crate) changed: usize,
    /// The hottest loop of each, or why it cannot be shown.
    pub(crate) machine_code: [String; 2],
    /// What came of the race, if there was one.
    pub(crate) records: &'a [StepRecord],
    /// How they compare, and whatever else there is to say of the race.
    pub(crate) verdict: &'a [String],
}

const STYLE: &str = include_str!("diff_page.css");

impl DiffPage<'_> {
    /// The page: one file that needs no other.
    pub(crate) fn html(&self) -> String {
        let titles = self.texts.first().map(|(a, b)| format!("{} and {}", a.title, b.title)).unwrap_or_default();
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
            escaped(&titles)
        );
        for (a, b) in self.texts {
            page.push_str(&beside(a, b));
        }
        // Writing to a string cannot fail.
        let _ = writeln!(page, "<p>{} lines of code changed</p>", self.changed);
        page.push_str(&self.times());
        let [a, b] = self.machine_code.each_ref().map(|text| escaped(text.trim_end()));
        let _ = writeln!(
            page,
            "<h2>Machine code of the hottest loop</h2>\n<div class=\"pair\"><pre>{a}</pre><pre>{b}</pre></div>\n</body>\n</html>"
        );
        page
    }

    /// The times of the race, if there was one.
    fn times(&self) -> String {
        if self.records.is_empty() {
            return String::new();
        }
        let mut text = String::from(
            "<h2>Times, run in turn</h2>\n<table class=\"times\">\n<tr><th>step</th><th>best ms</th><th>median ms</th><th>runs</th></tr>\n",
        );
        let ms = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.3}"));
        for record in self.records {
            let runs = record.runs.map_or_else(|| "-".to_owned(), |runs| runs.to_string());
            let (name, best, median) = (escaped(&record.step), ms(record.best_ms), ms(record.median_ms));
            let _ = writeln!(text, "<tr><td>{name}</td><td>{best}</td><td>{median}</td><td>{runs}</td></tr>");
        }
        text.push_str("</table>\n");
        for line in self.verdict {
            let _ = writeln!(text, "<p class=\"verdict\">{}</p>", escaped(line));
        }
        text
    }
}

/// Two texts in two columns.
fn beside(a: &Side, b: &Side) -> String {
    let heading = |side: &Side| {
        format!("<th colspan=\"2\">{}<small>{}</small></th>", escaped(&side.title), escaped(&side.subtitle))
    };
    let mut text = format!("<table class=\"code\">\n<tr>{}{}</tr>\n", heading(a), heading(b));
    let mut highlighters = [Highlighter::default(), Highlighter::default()];
    for Pair { left, right, same } in pairs(a, b) {
        let [of_a, of_b] = &mut highlighters;
        let left = cells(left.as_ref(), if same { "same" } else { "removed" }, of_a);
        let right = cells(right.as_ref(), if same { "same" } else { "added" }, of_b);
        let _ = writeln!(text, "<tr>{left}{right}</tr>");
    }
    text.push_str("</table>\n");
    text
}

/// The number of a line and the line itself.
fn cells(line: Option<&Line>, class: &str, highlighter: &mut Highlighter) -> String {
    let Some(line) = line else { return "<td></td><td class=\"none\"></td>".to_owned() };
    let number = line.number.map(|number| number.to_string()).unwrap_or_default();
    format!("<td>{number}</td><td class=\"{class}\"><code>{}</code></td>", marked(line, highlighter))
}

/// A line with its tokens coloured and its changed words marked.
fn marked(line: &Line, highlighter: &mut Highlighter) -> String {
    let mut text = String::new();
    let mut at = 0;
    for (class, token) in highlighter.tokens(&line.text) {
        if !class.is_empty() {
            let _ = write!(text, "<span class=\"{class}\">");
        }
        // A token may be marked in part, as a comment of many words.
        for piece in split(token, at, &line.changed) {
            let (piece, is_changed) = (escaped(piece.0), piece.1);
            text.push_str(&if is_changed { format!("<mark>{piece}</mark>") } else { piece });
        }
        if !class.is_empty() {
            text.push_str("</span>");
        }
        at += token.len();
    }
    text
}

/// A token that begins at a byte of its line, in pieces that are changed or not.
fn split<'a>(token: &'a str, start: usize, changed: &[std::ops::Range<usize>]) -> Vec<(&'a str, bool)> {
    let mut ends: Vec<usize> = changed.iter().flat_map(|range| [range.start, range.end]).collect();
    ends.retain(|end| (start + 1..start + token.len()).contains(end));
    ends.push(start + token.len());
    let mut from = start;
    let pieces = ends.into_iter().map(|end| {
        let piece = &token[from - start..end - start];
        let is_changed = changed.iter().any(|range| range.contains(&from));
        from = end;
        (piece, is_changed)
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_both_texts_with_what_changed_and_nothing_from_outside() {
        let side = |title: &str, text: &str| Side::new(title, "file.rs:7", text, 7);
        let texts =
            [(side("a::<one>", "let x = 1; // the old\ny();"), side("two", "let x = 2; // the new\nz();\ny();"))];
        let page = DiffPage {
            texts: &texts,
            changed: 2,
            machine_code: ["mulsd <xmm0>".to_owned(), String::new()],
            records: &[],
            verdict: &[],
        };
        let html = page.html();
        for expected in [
            "a::&lt;one&gt;<small>file.rs:7</small>",
            "<span class=\"keyword\">let</span>",
            "<span class=\"number\"><mark>1</mark></span>",
            "<span class=\"comment\">// the <mark>new</mark></span>",
            "<td>8</td><td class=\"same\"><code>y();</code>",
            "<td class=\"none\"></td>",
            "2 lines of code changed",
            "mulsd &lt;xmm0&gt;",
        ] {
            assert!(html.contains(expected), "{expected}: {html}");
        }
        assert!(!html.contains("http") && !html.contains("src=") && !html.contains("Times"), "{html}");
    }

    #[test]
    fn a_race_is_shown_with_its_verdict() {
        let text = r#"{"crate": "c", "problem": "pi", "step": "one", "mirrors": "m", "status": "ok", "best_ms": 1.5, "median_ms": 2.0,
            "runs": 9, "input": {}}"#;
        let records = [serde_json::from_str::<StepRecord>(text).unwrap()];
        let verdict = ["two beside one: faster & better".to_owned()];
        let page =
            DiffPage { texts: &[], changed: 0, machine_code: Default::default(), records: &records, verdict: &verdict };
        let html = page.html();
        assert!(html.contains("<tr><td>one</td><td>1.500</td><td>2.000</td><td>9</td></tr>"), "{html}");
        assert!(html.contains("<p class=\"verdict\">two beside one: faster &amp; better</p>"), "{html}");
    }
}
