//! How many lines of code two steps differ by.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::side_by_side::rows::differences;

/// How many lines of code differ between two steps. A line that was replaced counts once.
///
/// Only code counts: no comments, no doc comments, no blank lines, and neither indentation nor spacing. A step is not changed by
/// its name: when a text has one function at its top level, that function's name in its signature is disregarded.
///
/// ```
/// let naive = "/// Doubles.\nfn naive(x: u32) -> u32 {\n    x + x\n}";
/// let shifted = "/// Shifts.\nfn shifted(x: u32) -> u32 {\n    // One bit to the left.\n    x << 1\n}";
/// assert_eq!(source::side_by_side::changed_lines(naive, shifted), 1);
/// ```
pub fn changed_lines(a: &str, b: &str) -> usize {
    differences(&code_lines(a), &code_lines(b)).iter().map(|(left, right)| left.len().max(right.len())).sum()
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
