//! The book shows code that is compiled, and nothing that is not there. mdbook itself is silent about both.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;
use syn::{Item, ItemMod};

/// An `{{#include file:anchor}}` of a page.
struct Include {
    page: PathBuf,
    file: PathBuf,
    anchor: Option<String>,
}

fn pages() -> Vec<PathBuf> {
    let pages = crate::support::files(&root().join("docs/src"));
    pages.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

fn includes() -> Vec<Include> {
    let mut includes = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for rest in text.split("{{#").skip(1) {
            let (directive, _) =
                rest.split_once("}}").unwrap_or_else(|| panic!("{}: a directive has no end", page.display()));
            let (kind, target) = directive.split_once(' ').unwrap_or((directive, ""));
            if kind == "title" {
                continue;
            }
            assert!(kind == "include", "{}: `{kind}` is not looked after here", page.display());
            let (file, anchor) = match target.trim().split_once(':') {
                Some((file, anchor)) => (file, Some(anchor.to_owned())),
                None => (target.trim(), None),
            };
            let file = page.parent().unwrap().join(file);
            includes.push(Include { page: page.clone(), file, anchor });
        }
    }
    includes
}

#[test]
fn every_include_is_there_and_not_empty() {
    let includes = includes();
    assert!(!includes.is_empty());
    for Include { page, file, anchor } in includes {
        let (page, shown) = (page.display(), file.display());
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{page}: {shown}: {error}"));
        let part = match &anchor {
            None => text.as_str(),
            Some(anchor) => {
                let (begin, end) = (format!("// ANCHOR: {anchor}\n"), format!("// ANCHOR_END: {anchor}\n"));
                let from = text.find(&begin).unwrap_or_else(|| panic!("{page}: {shown} has no anchor {anchor}"));
                let length =
                    text[from..].find(&end).unwrap_or_else(|| panic!("{page}: {anchor} of {shown} has no end"));
                &text[from + begin.len()..from + length]
            }
        };
        assert!(!part.trim().is_empty(), "{page}: {anchor:?} of {shown} is empty");
    }
}

#[test]
fn every_included_source_is_compiled() {
    let compiled = compiled();
    for Include { page, file, .. } in includes() {
        let file = file.canonicalize().unwrap();
        let is_source = file.extension().is_some_and(|extension| extension == "rs");
        // A program that must not compile has the compiler's words beside it.
        let refused = file.with_extension("stderr").is_file();
        assert!(
            !is_source || refused || compiled.contains(&file),
            "{}: {} is not compiled",
            page.display(),
            file.display()
        );
    }
}

/// The files that the targets of the workspace reach by `mod`.
fn compiled() -> HashSet<PathBuf> {
    let mut reached = HashSet::new();
    let mut targets = crate::support::files(&root().join("examples"));
    for package in crate::support::files(&root().join("crates")) {
        targets.extend(["src/lib.rs", "src/main.rs"].map(|target| package.join(target)));
        let tests = crate::support::files(&package.join("tests"));
        targets.extend(tests.into_iter().filter(|test| test.extension().is_some_and(|extension| extension == "rs")));
    }
    for target in targets.into_iter().filter(|target| target.is_file()) {
        let folder = target.parent().unwrap().to_owned();
        reach(&target, &folder, &mut reached);
    }
    reached
}

fn reach(file: &Path, folder: &Path, reached: &mut HashSet<PathBuf>) {
    let tree = syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap();
    reached.insert(file.canonicalize().unwrap());
    modules(&tree.items, folder, reached);
}

fn modules(items: &[Item], folder: &Path, reached: &mut HashSet<PathBuf>) {
    for item in items {
        let Item::Mod(ItemMod { ident, content, .. }) = item else {
            continue;
        };
        let inner = folder.join(ident.to_string());
        match content {
            Some((_, items)) => modules(items, &inner, reached),
            None => {
                let candidates = [folder.join(format!("{ident}.rs")), inner.join("mod.rs")];
                if let Some(file) = candidates.iter().find(|file| file.is_file()) {
                    reach(file, &inner, reached);
                }
            }
        }
    }
}

/// The file that says how many lines each listing of code has: a part of a source that is moved or cut must not make the book poorer by
/// accident. `UPDATE_LISTINGS=1` writes it again.
const LISTINGS: &str = "docs/listings.txt";

#[test]
fn every_listing_has_as_many_lines_as_it_had() {
    let of_code = |include: &&Include| !include.file.components().any(|part| part.as_os_str() == "results");
    let mut listings = String::new();
    for include in includes().iter().filter(of_code) {
        let text = fs::read_to_string(&include.file).unwrap();
        let lines = match &include.anchor {
            None => text.lines().count(),
            Some(anchor) => {
                let (begin, end) = (format!("// ANCHOR: {anchor}"), format!("// ANCHOR_END: {anchor}"));
                let after = text.lines().skip_while(|line| line.trim() != begin).skip(1);
                after.take_while(|line| line.trim() != end).filter(|line| !line.contains("// ANCHOR")).count()
            }
        };
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let anchor = include.anchor.as_deref().map(|anchor| format!(":{anchor}")).unwrap_or_default();
        listings += &format!("{} {}{anchor} {lines}\n", name(&include.page), name(&include.file));
    }
    let file = root().join(LISTINGS);
    if std::env::var_os("UPDATE_LISTINGS").is_some() {
        return fs::write(file, listings).unwrap();
    }
    let known = fs::read_to_string(file).unwrap();
    let (known, now): (Vec<_>, Vec<_>) = (known.lines().collect(), listings.lines().collect());
    let gone: Vec<_> = known.iter().filter(|line| !now.contains(line)).collect();
    let new: Vec<_> = now.iter().filter(|line| !known.contains(line)).collect();
    assert!(gone.is_empty() && new.is_empty(), "{LISTINGS} has {gone:#?}, the book has {new:#?}");
}

/// What cannot see a picture reads its words: those of a page, and of the README.
#[test]
fn every_picture_is_there_and_has_words() {
    let mut pictures = 0;
    for page in pages().into_iter().chain([root().join("README.md")]) {
        let text = fs::read_to_string(&page).unwrap();
        for rest in text.split("![").skip(1) {
            // `vec![0; n]` is no picture.
            let Some((words, file)) = rest.split_once(']').filter(|(_, behind)| behind.starts_with('(')) else {
                continue;
            };
            let file = file[1..].split_once(')').expect("a link has an end").0;
            assert!(!words.trim().is_empty(), "{}: no words for {file}", page.display());
            assert!(page.parent().unwrap().join(file).is_file(), "{}: {file} is not there", page.display());
            pictures += 1;
        }
    }
    assert!(pictures > 10, "{pictures}");
}

/// Pages that no table of contents names are not in the book.
#[test]
fn every_page_is_in_the_table_of_contents() {
    let summary = fs::read_to_string(root().join("docs/src/SUMMARY.md")).unwrap();
    for page in pages() {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(name == "SUMMARY.md" || summary.contains(&format!("({name})")), "{name} is not in SUMMARY.md");
    }
}

/// The end of a link to a heading.
fn identifier(heading: &str) -> String {
    let of_an_identifier = |letter: char| match letter {
        letter if letter.is_whitespace() => Some('-'),
        letter => (letter.is_alphanumeric() || "-_".contains(letter)).then(|| letter.to_ascii_lowercase()),
    };
    heading.trim_start_matches('#').trim().chars().filter_map(of_an_identifier).collect()
}

/// What the pages print in bold, in small letters, each with the link to its section.
fn bold() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for page in pages().iter().filter(|page| !page.ends_with("glossary.md")) {
        let name = page.file_name().unwrap().to_string_lossy();
        let (mut section, mut in_listing) = (String::new(), false);
        for line in fs::read_to_string(page).unwrap().lines() {
            in_listing ^= line.starts_with("```");
            if in_listing {
                continue;
            }
            if line.starts_with('#') {
                section = identifier(line);
            }
            let words = line.split("**").skip(1).step_by(2);
            found.extend(words.map(|word| (word.to_lowercase(), format!("{name}#{section}"))));
        }
    }
    found
}

#[test]
fn every_word_of_the_glossary_is_explained_once_and_linked() {
    let bold = bold();
    let glossary = fs::read_to_string(root().join("docs/src/glossary.md")).unwrap();
    let entries = glossary.lines().filter_map(|line| line.strip_prefix("- [")?.split_once("]("));
    let entries: Vec<_> = entries.map(|(word, rest)| (word.to_lowercase(), rest.split(')').next().unwrap())).collect();
    assert!(!entries.is_empty() && entries.is_sorted(), "the glossary is empty or not in order");
    for (word, link) in entries {
        let places = bold.iter().filter(|(printed, _)| *printed == word);
        let places: Vec<_> = places.map(|(_, place)| place.as_str()).collect();
        assert_eq!(places, [link], "`{word}` is in bold at the places on the left, and linked to the one on the right");
    }
}
