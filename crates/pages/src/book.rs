//! A book as mdbook hands it over: a JSON array of the context and the book. Source: mdbook's guide, "For Developers,
//! Preprocessors".

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use serde_json::Value;

use crate::page::rewritten;

/// The version of mdbook whose books are understood, without its last number.
const VERSION: &str = "0.5.";

/// Why a book could not be prepared: one line.
#[derive(Debug)]
pub struct Failure(String);

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// The book with every page rewritten, as JSON.
///
/// # Errors
/// When the input is not what mdbook 0.5 sends, or a page shows a picture that is not there or has no words beside it.
pub fn prepared(input: &str) -> Result<String, Failure> {
    let unreadable =
        |what: &str| Failure(format!("{what}: `mdbook build docs` calls this program as it has to be called"));
    let message: Value =
        serde_json::from_str(input).map_err(|error| unreadable(&format!("this is not a book ({error})")))?;
    let Value::Array(mut parts) = message else { return Err(unreadable("this is not a book")) };
    let (Some(mut book), Some(context)) = (parts.pop(), parts.pop()) else {
        return Err(unreadable("this is not a book"));
    };
    let version = context["mdbook_version"].as_str().unwrap_or("unknown");
    if !version.starts_with(VERSION) {
        return Err(Failure(format!(
            "the pages are for mdbook {VERSION}x and this is version {version}: scripts/setup-book installs the right one"
        )));
    }
    let root = context["root"].as_str().ok_or_else(|| unreadable("the book has no folder"))?;
    let source = context["config"]["book"]["src"].as_str().unwrap_or("src");
    let items = book.get_mut("items").ok_or_else(|| unreadable("the book has no pages"))?;
    rewrite(items, &Path::new(root).join(source))?;
    Ok(book.to_string())
}

/// Rewrites the pages among the items of a book or of a chapter, and those below them. `source` is the folder of the pages.
fn rewrite(items: &mut Value, source: &Path) -> Result<(), Failure> {
    for item in items.as_array_mut().into_iter().flatten() {
        let Some(chapter) = item.get_mut("Chapter") else { continue };
        let path = chapter["path"].as_str().map(str::to_owned);
        if let (Some(path), Some(content)) = (path, chapter["content"].as_str()) {
            let folder = source.join(&path).parent().unwrap_or(source).to_owned();
            let content = rewritten(content, &folder).map_err(|message| Failure(format!("{path}: {message}")))?;
            chapter["content"] = Value::String(content);
        }
        rewrite(&mut chapter["sub_items"], source)?;
    }
    Ok(())
}
