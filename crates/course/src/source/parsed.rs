//! A source file: its text and its items.

use std::path::Path;
use std::{fs, io};

use proc_macro2::LineColumn;
use syn::punctuated::Punctuated;
use syn::{Attribute, Item, Meta, Token};

use crate::source::error::SourceError;

/// A source file that has been read and parsed.
pub(super) struct Parsed {
    /// The file, from the workspace's root down.
    pub(super) file: String,
    /// What it holds, without a byte order mark.
    pub(super) text: String,
    tree: syn::File,
}

impl Parsed {
    /// Reads and parses a file of the workspace.
    pub(super) fn read(root: &Path, file: &str) -> Result<Self, SourceError> {
        Self::new(file, read(root, file)?)
    }

    /// Parses what a file holds.
    pub(super) fn new(file: &str, text: String) -> Result<Self, SourceError> {
        #[cfg(test)]
        PARSED.set(PARSED.get() + 1);
        let tree = parse(file, &text)?;
        Ok(Self { file: file.to_owned(), text, tree })
    }

    /// The parsed file as a whole.
    pub(super) fn tree(&self) -> &syn::File {
        &self.tree
    }

    /// The items of each module of a file, from the outside in, without those that are compiled for tests only.
    pub(super) fn modules(&self) -> Vec<&[Item]> {
        let mut modules = vec![self.tree.items.as_slice()];
        let mut next = 0;
        while let Some(&items) = modules.get(next) {
            for item in items {
                if let Item::Mod(module) = item
                    && let Some((_, items)) = &module.content
                    && !only_for_tests(&module.attrs)
                {
                    modules.push(items);
                }
            }
            next += 1;
        }
        modules
    }
}

#[cfg(test)]
thread_local! {
    static PARSED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// How many files this thread has parsed.
#[cfg(test)]
pub(crate) fn parsed_so_far() -> usize {
    PARSED.get()
}

fn read(root: &Path, file: &str) -> Result<String, SourceError> {
    let mut source = fs::read_to_string(root.join(file)).map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::NotFound => format!("there is no such file in {}", root.display()),
            _ => error.to_string(),
        };
        SourceError::Unreadable { file: file.into(), why }
    })?;
    // The parser counts columns without a byte order mark.
    if source.starts_with('\u{feff}') {
        source.remove(0);
    }
    Ok(source)
}

fn parse(file: &str, source: &str) -> Result<syn::File, SourceError> {
    syn::parse_file(source).map_err(|error| {
        let LineColumn { mut line, mut column } = error.span().start();
        let mut why = error.to_string();
        // The parser has no place for the end of the file, and the lexer only one message.
        if why.starts_with("unexpected end of input") {
            let last = source.trim_end().lines().enumerate().last();
            (line, column) = last.map_or((1, 0), |(index, text)| (index + 1, text.chars().count()));
        } else if why == "cannot parse string into token stream" {
            why = "a bracket or a quote without its counterpart, or no token at all".into();
        }
        SourceError::Unparsable { file: file.into(), line, column: column + 1, why }
    })
}

/// Whether one of the attributes is a `cfg` that holds in tests alone.
pub(super) fn only_for_tests(attributes: &[Attribute]) -> bool {
    fn demands_test(condition: &Meta) -> bool {
        let parts = || match condition {
            Meta::List(list) => {
                list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default()
            }
            _ => Punctuated::new(),
        };
        let path = condition.path();
        path.is_ident("test")
            || path.is_ident("all") && parts().iter().any(demands_test)
            || path.is_ident("any") && parts().iter().all(demands_test)
    }
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args().is_ok_and(|condition| demands_test(&condition))
    })
}
