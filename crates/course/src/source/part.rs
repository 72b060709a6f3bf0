//! An item cut out of its file, line by line.

use proc_macro2::{LineColumn, Span};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Item, Meta};

/// Every doc comment, those on fields and inner functions too.
#[derive(Default)]
struct DocComments(Vec<Span>);

impl Visit<'_> for DocComments {
    fn visit_attribute(&mut self, attribute: &Attribute) {
        if attribute.path().is_ident("doc") && matches!(attribute.meta, Meta::NameValue(_)) {
            self.0.push(attribute.span());
        }
    }
}

/// An item that is cut out.
pub(super) struct Part {
    /// Where it stands.
    pub(super) span: Span,
    doc_comments: Vec<Span>,
}

/// A line that was cut out, with its number in the file.
pub(super) type Line = (usize, String);

impl Part {
    /// The whole item, with its doc comment and its attributes.
    pub(super) fn new(item: &Item) -> Self {
        let mut doc_comments = DocComments::default();
        doc_comments.visit_item(item);
        Self { span: item.span(), doc_comments: doc_comments.0 }
    }

    /// The lines of the item as written, moved to the left edge and without anchors.
    pub(super) fn text(&self, lines: &[&str]) -> Vec<Line> {
        let LineColumn { line: first, column: edge } = self.span.start();
        let numbers = first..=self.span.end().line;
        let cut = numbers.map(|number| {
            // What stands before or behind the item on its own lines belongs to something else.
            let own = |(column, c)| if covers(self.span, number, column) { c } else { ' ' };
            let line: String = lines[number - 1].chars().enumerate().map(own).collect();
            (number, outdented(line.trim_end(), edge).to_owned())
        });
        cut.filter(|(_, line)| !is_anchor(line)).collect()
    }

    /// The same lines without those that hold nothing but doc comments.
    pub(super) fn code(&self, lines: &[&str]) -> Vec<Line> {
        let is_doc_comment = |number: usize| {
            let line = lines[number - 1];
            let is_doc_comment = |(column, c): (usize, char)| {
                let mut doc_comments = self.doc_comments.iter();
                c.is_whitespace()
                    || !covers(self.span, number, column)
                    || doc_comments.any(|&span| covers(span, number, column))
            };
            !line.trim().is_empty() && line.chars().enumerate().all(is_doc_comment)
        };
        self.text(lines).into_iter().filter(|(number, _)| !is_doc_comment(*number)).collect()
    }
}

fn covers(span: Span, line: usize, column: usize) -> bool {
    (span.start()..span.end()).contains(&LineColumn { line, column })
}

/// A line without the blanks left of the edge. What a string continues further left keeps its beginning.
fn outdented(line: &str, edge: usize) -> &str {
    let blanks = line.chars().take(edge).take_while(|c| c.is_whitespace());
    &line[blanks.map(char::len_utf8).sum()..]
}

/// Whether a line only marks a piece of the file for the book: `// ANCHOR: name` or `// ANCHOR_END: name`.
fn is_anchor(line: &str) -> bool {
    let comment = line.trim_start().strip_prefix("//").unwrap_or_default().trim_start();
    comment.starts_with("ANCHOR:") || comment.starts_with("ANCHOR_END:")
}

/// Parts as one text, with blank lines between them, and the number of each line.
pub(super) fn join(parts: impl Iterator<Item = Vec<Line>>) -> (String, Vec<Option<usize>>) {
    let mut lines: Vec<(Option<usize>, String)> = Vec::new();
    for part in parts {
        if !lines.is_empty() {
            lines.push((None, String::new()));
        }
        // A blank line may have stood below the doc comment.
        let part = part.into_iter().skip_while(|(_, line)| line.is_empty());
        lines.extend(part.map(|(number, line)| (Some(number), line)));
    }
    let (numbers, lines): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
    (lines.join("\n"), numbers)
}
