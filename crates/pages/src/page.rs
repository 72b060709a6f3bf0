//! A page: which of its blocks are rewritten, and by whom.

use std::ops::Range;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use crate::provenance::{self, Provenance};
use crate::{glance, listing, picture};

/// A page for a browser. `folder` is where its pictures are looked for.
///
/// # Errors
/// When a picture is not there, or no words say what it shows. The message names the picture.
pub fn rewritten(page: &str, folder: &Path) -> Result<String, String> {
    let mut text = String::with_capacity(page.len());
    let blocks = blocks(page);
    let paragraphs = blocks.iter().filter(|block| block.kind == Kind::Paragraph);
    let provenance = Provenance::of(paragraphs.map(|block| &page[block.range.clone()]));
    let mut copied = 0;
    for block in blocks {
        let source = &page[block.range.clone()];
        let shown = match &block.kind {
            Kind::Listing { language } => listing::shown(language, &block.code),
            Kind::Quote => glance::boxed(source),
            Kind::Paragraph => match provenance::kind(source) {
                Some(kind) => Some(provenance.shown(kind, source)),
                None => picture::shown(source, folder)?,
            },
            Kind::Other => None,
        };
        if let Some(shown) = shown {
            text.push_str(&page[copied..block.range.start]);
            text.push_str(&shown);
            copied = block.range.end;
        }
    }
    text.push_str(&page[copied..]);
    text.push_str(&provenance.foot());
    Ok(text)
}

/// What is at the outermost level of a page.
pub(crate) struct Block {
    pub(crate) kind: Kind,
    /// Its place in the page.
    pub(crate) range: Range<usize>,
    /// The text of a listing.
    code: String,
}

/// The kinds of blocks that somebody may rewrite, and the others.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Between fences, with what stands behind the first: `rust,ignore`.
    Listing {
        language: String,
    },
    Quote,
    Paragraph,
    Other,
}

/// The blocks of a page at its outermost level.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut depth = 0;
    for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if depth == 0 {
                    let kind = match tag {
                        Tag::CodeBlock(CodeBlockKind::Fenced(language)) => {
                            Kind::Listing { language: language.to_string() }
                        }
                        Tag::BlockQuote(_) => Kind::Quote,
                        Tag::Paragraph => Kind::Paragraph,
                        _ => Kind::Other,
                    };
                    blocks.push(Block { kind, range, code: String::new() });
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Text(text) => {
                if let Some(Block { kind: Kind::Listing { .. }, code, .. }) = blocks.last_mut().filter(|_| depth == 1) {
                    code.push_str(&text);
                }
            }
            _ => {}
        }
    }
    blocks
}
