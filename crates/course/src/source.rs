//! Functions cut out of the sources, so that what is shown is what is compiled.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::{env, fmt, fs, io, iter};

use proc_macro2::{LineColumn, Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Ident, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, Meta, Signature, Token, Type, Visibility};

/// A function as it stands in its file, with what it prepares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The file, from the workspace's root down.
    pub file: PathBuf,
    /// The line on which the function begins, with its doc comment and its attributes.
    pub first_line: usize,
    /// The line of the function's closing brace.
    pub last_line: usize,
    /// Everything from the doc comment to the closing brace, as written, indented as at the top level of a file.
    pub text: String,
    /// For each line of `text` its number in the file; `None` for the blank lines that were put between the parts.
    pub text_lines: Vec<Option<usize>>,
    /// The same as `text` without doc comments.
    pub code: String,
    /// For each line of `code` its number in the file; `None` for the blank lines that were put between the parts.
    pub code_lines: Vec<Option<usize>>,
}

impl Cut {
    /// The lines of the file that were cut out, as few ranges as can be.
    pub fn ranges(&self) -> Vec<RangeInclusive<usize>> {
        let mut ranges: Vec<RangeInclusive<usize>> = Vec::new();
        // A line between two that were cut may hold one of mdBook's anchors.
        let gap = |from: usize, to: usize| to.saturating_sub(from) > 2;
        let mut joined = false;
        for line in &self.text_lines {
            match (line, ranges.last_mut()) {
                (Some(line), Some(last)) if joined && !gap(*last.end(), *line) => *last = *last.start()..=*line,
                (Some(line), _) => ranges.push(*line..=*line),
                (None, _) => {}
            }
            joined = line.is_some();
        }
        ranges
    }
}

/// Why a function could not be cut out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceError {
    /// The file is missing or cannot be read.
    Unreadable {
        /// The file, from the workspace's root down.
        file: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The file is no Rust.
    Unparsable {
        /// The file, from the workspace's root down.
        file: PathBuf,
        /// The line of the error, counted from one.
        line: usize,
        /// The column of the error, counted from one.
        column: usize,
        /// What the parser says.
        why: String,
    },
    /// The file has no free function of that name.
    NoFunction {
        /// The file, from the workspace's root down.
        file: PathBuf,
        /// The name that was asked for.
        function: String,
        /// Names that resemble it, the nearest first.
        nearest: Vec<String>,
    },
    /// The sources are not on this machine, or not here.
    NoWorkspace {
        /// Where the search upward began.
        from: PathBuf,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, why } => write!(f, "cannot read {}: {why}", file.display()),
            Self::Unparsable { file, line, column, why } => {
                write!(f, "{}:{line}:{column}: does not parse: {why}", file.display())
            }
            Self::NoFunction { file, function, nearest } => {
                write!(f, "{} has no function `{function}`", file.display())?;
                match nearest.as_slice() {
                    [] => Ok(()),
                    names => write!(f, "; did you mean `{}`?", names.join("`, `")),
                }
            }
            Self::NoWorkspace { from } => {
                write!(f, "the sources of the course are neither where it was built nor in or above {}", from.display())
            }
        }
    }
}

impl std::error::Error for SourceError {}

/// Cuts a free function out of a file, which is given from `root` down.
///
/// The function may stand in any module of the file that is not compiled for tests only; the outermost of that name is taken.
/// A function that returns something `Prepared` does not compute itself: the type that it prepares is cut too, with its own
/// methods and its `impl Prepared`, in the order of the file and with blank lines between. So is a kernel that stands beside the function
/// because other files call it too. The lines that mark mdBook's anchors are left out.
///
/// # Errors
/// When the file cannot be read, is no Rust, or has no such function.
pub fn cut(root: &Path, file: &str, function: &str) -> Result<Cut, SourceError> {
    let source = read(root, file)?;
    let tree = parse(file, &source)?;
    let modules = modules(&tree);
    let found = find(&modules, file, function)?;

    let mut parts = vec![Part::new(found.item)];
    if returns_prepared(found.function) {
        parts.extend(prepared(&found, &modules).into_iter().map(Part::new));
    }
    parts.extend(kernels(&found).map(Part::new));
    parts.sort_by_key(|part| part.span.start());
    let lines: Vec<&str> = source.lines().collect();
    let (text, text_lines) = join(parts.iter().map(|part| part.text(&lines)));
    let (code, code_lines) = join(parts.iter().map(|part| part.code(&lines)));
    let span = found.item.span();
    Ok(Cut {
        file: file.into(),
        first_line: span.start().line,
        last_line: span.end().line,
        text,
        text_lines,
        code,
        code_lines,
    })
}

/// The line on which the `fn` of a function stands: the one that [`cut`] would take.
pub fn line_of(root: &Path, file: &str, function: &str) -> Option<usize> {
    let tree = parse(file, &read(root, file).ok()?).ok()?;
    let found = find(&modules(&tree), file, function).ok()?;
    Some(found.function.sig.fn_token.span.start().line)
}

/// A file's text with an attribute, which ends in a space, before each of its functions that begins on one of these lines: free functions and methods, in
/// modules too, but none that is compiled for tests only, nor one that no attribute can count, which is `const`, `async`, or foreign.
/// No line gets another number.
///
/// # Errors
/// When the text is no Rust.
pub(crate) fn attributed(
    file: &str,
    source: &str,
    attribute: &str,
    chosen: impl Fn(usize) -> bool,
) -> Result<String, SourceError> {
    let mut places = Functions::default();
    places.visit_file(&parse(file, source)?);
    let mut lines: Vec<String> = source.split('\n').map(str::to_owned).collect();
    for LineColumn { line, column } in places.0.into_iter().rev().filter(|place| chosen(place.line)) {
        let text = &mut lines[line - 1];
        let at = text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
        text.insert_str(at, attribute);
    }
    Ok(lines.join("\n"))
}

/// Where the functions that can carry an attribute begin, after their own attributes, in the order of the source.
#[derive(Default)]
struct Functions(Vec<LineColumn>);

impl Functions {
    fn add(&mut self, attributes: &[Attribute], visibility: &Visibility, signature: &Signature) {
        let counts = signature.constness.is_none() && signature.asyncness.is_none() && signature.abi.is_none();
        if counts && !only_for_tests(attributes) {
            let start = match visibility {
                Visibility::Inherited => signature.span().start(),
                visibility => visibility.span().start(),
            };
            self.0.push(start);
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !only_for_tests(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_impl(&mut self, implementation: &'ast ItemImpl) {
        if !only_for_tests(&implementation.attrs) {
            syn::visit::visit_item_impl(self, implementation);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(&function.attrs, &function.vis, &function.sig);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add(&function.attrs, &function.vis, &function.sig);
    }
}

/// The root of the workspace: the one that COURSE_ROOT names, or where this program was built or, when it has been moved since, the
/// first one upward from the current directory.
///
/// # Errors
/// When neither is there.
pub fn root() -> Result<PathBuf, SourceError> {
    // What has been packed for another machine has to leave the workspace alone in which it was built.
    if let Some(named) = env::var_os("COURSE_ROOT").map(PathBuf::from)
        && is_root(&named)
    {
        return Ok(named);
    }
    let here = env::current_dir().unwrap_or_default();
    root_from(Path::new(env!("CARGO_MANIFEST_DIR")), &here)
}

fn root_from(manifest: &Path, here: &Path) -> Result<PathBuf, SourceError> {
    let built = manifest.ancestors().nth(2);
    let found = built.into_iter().chain(here.ancestors()).find(|directory| is_root(directory));
    found.map(Path::to_path_buf).ok_or_else(|| SourceError::NoWorkspace { from: here.to_path_buf() })
}

/// Another workspace may stand in the way, so the course's own crate is looked for too.
fn is_root(directory: &Path) -> bool {
    let manifest = fs::read_to_string(directory.join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| line.trim() == "[workspace]") && directory.join("crates/validation").is_dir()
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

/// The items of each module of a file, from the outside in, without those that are compiled for tests only.
fn modules(tree: &syn::File) -> Vec<&[Item]> {
    let mut modules = vec![tree.items.as_slice()];
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

/// Whether one of the attributes is a `cfg` that holds in tests alone.
fn only_for_tests(attributes: &[Attribute]) -> bool {
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

/// A function and where it stands.
struct Found<'a> {
    function: &'a ItemFn,
    item: &'a Item,
    module: &'a [Item],
}

fn find<'a>(modules: &[&'a [Item]], file: &str, name: &str) -> Result<Found<'a>, SourceError> {
    let functions = || {
        let items = modules.iter().flat_map(|&module| module.iter().map(move |item| (module, item)));
        items.filter_map(|(module, item)| match item {
            Item::Fn(function) if !only_for_tests(&function.attrs) => Some(Found { function, item, module }),
            _ => None,
        })
    };
    functions().find(|found| found.function.sig.ident == name).ok_or_else(|| SourceError::NoFunction {
        file: file.into(),
        function: name.into(),
        nearest: nearest(name, functions().map(|found| found.function.sig.ident.to_string())),
    })
}

/// Up to three of the names, those that a slip of the finger could have turned into `wanted`.
fn nearest(wanted: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    let names: HashSet<String> = names.collect();
    let mut names: Vec<(f64, String)> = names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(wanted, &name), name))
        .filter(|(score, _)| *score > 0.75)
        .collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    names.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Whether a function's return type names `Prepared`, as that of every constructor of a prepared step does.
fn returns_prepared(function: &ItemFn) -> bool {
    let mut names = Names::default();
    names.visit_return_type(&function.sig.output);
    names.0.iter().any(|name| name == "Prepared")
}

/// The type that a function prepares, its own methods and its `impl Prepared`: of the types of this file that the body names,
/// the first that implements `Prepared`, or the first of all when the `impl` stands elsewhere.
fn prepared<'a>(found: &Found<'a>, modules: &[&'a [Item]]) -> Vec<&'a Item> {
    let mut names = Names::default();
    names.visit_block(&found.function.block);
    // A name means first what it means in the function's own module.
    let homes = || iter::once(found.module).chain(modules.iter().copied());
    let home = |name| homes().find(|items| items.iter().any(|item| defines(item, name)));
    let types: Vec<(&Ident, &[Item])> = names.0.iter().filter_map(|name| Some((name, home(name)?))).collect();
    let implements_prepared = |(name, home): &&(&Ident, &[Item])| {
        home.iter().filter_map(|item| implementation(item, name)).any(|of| of.trait_.is_some())
    };
    let Some((name, home)) = types.iter().find(implements_prepared).or(types.first()) else {
        return Vec::new();
    };
    home.iter().filter(|item| defines(item, name) || implementation(item, name).is_some()).collect()
}

/// The functions beside a function that its body names and that other files may call too: `pub(super)`, or another restriction.
fn kernels<'a>(found: &Found<'a>) -> impl Iterator<Item = &'a Item> {
    let mut names = Names::default();
    names.visit_block(&found.function.block);
    found.module.iter().filter(move |item| match item {
        Item::Fn(kernel) => matches!(kernel.vis, Visibility::Restricted(_)) && names.0.contains(&kernel.sig.ident),
        _ => false,
    })
}

fn defines(item: &Item, name: &Ident) -> bool {
    matches!(item, Item::Struct(found) if found.ident == *name && !only_for_tests(&found.attrs))
}

/// The item when it holds a type's own methods or implements `Prepared` for it.
fn implementation<'a>(item: &'a Item, name: &Ident) -> Option<&'a ItemImpl> {
    let Item::Impl(found) = item else { return None };
    let Type::Path(of) = &*found.self_ty else { return None };
    let is_wanted = |(path, _): &(syn::Path, _)| path.segments.last().is_some_and(|last| last.ident == "Prepared");
    let wanted = of.path.segments.last()?.ident == *name
        && found.trait_.as_ref().is_none_or(is_wanted)
        && !only_for_tests(&found.attrs);
    wanted.then_some(found)
}

/// Every name in a path, in the order of the source, and every name that a macro is given.
#[derive(Default)]
struct Names(Vec<Ident>);

impl Names {
    fn add(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) => self.0.push(name),
                TokenTree::Group(group) => self.add(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

impl Visit<'_> for Names {
    fn visit_macro(&mut self, called: &syn::Macro) {
        self.add(called.tokens.clone());
        syn::visit::visit_macro(self, called);
    }

    fn visit_path_segment(&mut self, segment: &syn::PathSegment) {
        self.0.push(segment.ident.clone());
        syn::visit::visit_path_segment(self, segment);
    }
}

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
struct Part {
    span: Span,
    doc_comments: Vec<Span>,
}

/// A line that was cut out, with its number in the file.
type Line = (usize, String);

impl Part {
    fn new(item: &Item) -> Self {
        let mut doc_comments = DocComments::default();
        doc_comments.visit_item(item);
        Self { span: item.span(), doc_comments: doc_comments.0 }
    }

    /// The lines of the item as written, moved to the left edge and without anchors.
    fn text(&self, lines: &[&str]) -> Vec<Line> {
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
    fn code(&self, lines: &[&str]) -> Vec<Line> {
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
fn join(parts: impl Iterator<Item = Vec<Line>>) -> (String, Vec<Option<usize>>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace with one file.
    fn workspace(source: &str) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary directory");
        fs::write(root.path().join("lib.rs"), source).expect("a file in it");
        root
    }

    fn cut_from(source: &str, function: &str) -> Cut {
        cut(workspace(source).path(), "lib.rs", function).unwrap_or_else(|error| panic!("{error}"))
    }

    fn error_from(source: &str, function: &str) -> String {
        cut(workspace(source).path(), "lib.rs", function).expect_err("no such function").to_string()
    }

    #[test]
    fn a_function_is_cut_from_its_doc_comment_to_its_brace() {
        let source = "\
use std::fmt;

/// Adds.
///
/// Mirrors nothing.
#[inline(never)]
pub fn add(
    a: u32, // left
    b: u32,
) -> u32 {
    // Why not.
    a + b
} // after the end

fn other() {}
";
        let cut = cut_from(source, "add");
        let code = "\
#[inline(never)]
pub fn add(
    a: u32, // left
    b: u32,
) -> u32 {
    // Why not.
    a + b
}";
        assert_eq!(cut.file, Path::new("lib.rs"));
        assert_eq!((cut.first_line, cut.last_line), (3, 13));
        assert_eq!(cut.text, format!("/// Adds.\n///\n/// Mirrors nothing.\n{code}"));
        assert_eq!(cut.text_lines, (3..=13).map(Some).collect::<Vec<_>>());
        assert_eq!(cut.code, code);
        assert_eq!(cut.code_lines, (6..=13).map(Some).collect::<Vec<_>>());
        assert_eq!(line_of(workspace(source).path(), "lib.rs", "add"), Some(7));
    }

    #[test]
    fn generics_and_braces_in_strings_and_comments_do_not_end_a_function() {
        let text = "\
pub fn show<T: AsRef<[u8]>, const N: usize>(of: [T; N]) -> String
where
    T: Copy,
{
    let open = \"}\\\" {{\"; // }
    let raw = r#\"} \"{ \"#; /* } */
    let c = '}';
    format!(\"{open}{raw}{c}{}\", of.len())
}";
        assert_eq!(cut_from(&format!("{text}\n\nfn after() {{}}\n"), "show").text, text);
    }

    #[test]
    fn an_inner_function_goes_with_its_outer_one_and_is_not_found_by_itself() {
        let text = "\
fn outer() -> u32 {
    /// Within.
    fn inner() -> u32 {
        1
    }
    inner()
}";
        let cut = cut_from(text, "outer");
        assert_eq!(cut.text, text);
        assert_eq!(cut.code, text.replace("    /// Within.\n", ""));
        assert_eq!(cut.code_lines, [Some(1), Some(3), Some(4), Some(5), Some(6), Some(7)]);
        assert_eq!(error_from(text, "inner"), "lib.rs has no function `inner`");
    }

    #[test]
    fn every_form_of_doc_comment_is_left_out_of_the_code() {
        let source = "\
/** One
    of several lines. */
#[doc = \"Another.\"]
#[doc(hidden)]

fn documented() {
    //! Within.
    // A remark stays.
    work(\"/// no comment\");
}
";
        let code = "\
#[doc(hidden)]

fn documented() {
    // A remark stays.
    work(\"/// no comment\");
}";
        assert_eq!(cut_from(source, "documented").code, code);
    }

    #[test]
    fn a_function_of_a_module_is_moved_to_the_left_edge() {
        let source = "\
mod a {
    mod b {
        /// Deep.
        fn deep() -> &'static str {
            if true {
                \"first
  second\"
            }
        }
    }
}
";
        let text = "\
/// Deep.
fn deep() -> &'static str {
    if true {
        \"first
second\"
    }
}";
        let cut = cut_from(source, "deep");
        assert_eq!(cut.text, text);
        assert_eq!((cut.first_line, cut.last_line), (3, 9));
    }

    #[test]
    fn the_outermost_function_of_a_name_is_taken() {
        let source = "mod inner {\n    pub fn step() -> u32 { 1 }\n}\n\nfn step() -> u32 { 2 }\n";
        assert_eq!(cut_from(source, "step").text, "fn step() -> u32 { 2 }");
        let beside = "mod inner { fn step() { 1 } } fn after() {}";
        assert_eq!(cut_from(beside, "step").text, "fn step() { 1 }");
    }

    #[test]
    fn functions_that_only_tests_have_are_not_taken() {
        for condition in ["test", "all(test, unix)", "any(test, all(unix, test))"] {
            let source = format!("#[cfg({condition})]\nmod tests {{\n    fn step() {{}}\n}}\n");
            assert_eq!(error_from(&source, "step"), "lib.rs has no function `step`", "{condition}");
            assert_eq!(
                error_from(&format!("#[cfg({condition})]\nfn step() {{}}\n"), "step"),
                "lib.rs has no function `step`"
            );
        }
        for condition in ["not(test)", "any(test, unix)", "feature = \"test\"", "all(unix, not(test))"] {
            let source = format!("#[cfg({condition})]\nmod steps {{\n    fn step() {{}}\n}}\n");
            assert_eq!(cut_from(&source, "step").text, "fn step() {}", "{condition}");
        }
    }

    #[test]
    fn anchors_are_dropped_and_the_lines_keep_their_numbers() {
        let source = "\
// ANCHOR: all
/// Adds.
// ANCHOR: add
fn add(a: u32) -> u32 {
    //ANCHOR: sum
    a + a // ANCHOR: is only a mark by itself
    // ANCHOR_END: sum
}
// ANCHOR_END: add
";
        let cut = cut_from(source, "add");
        let code = "fn add(a: u32) -> u32 {\n    a + a // ANCHOR: is only a mark by itself\n}";
        assert_eq!(cut.text, format!("/// Adds.\n{code}"));
        assert_eq!(cut.text_lines, [Some(2), Some(4), Some(6), Some(8)]);
        assert_eq!(cut.code, code);
        assert_eq!(cut.code_lines, [Some(4), Some(6), Some(8)]);
        assert_eq!((cut.first_line, cut.last_line), (2, 8));
    }

    #[test]
    fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
        let source = "/// Adds.\nfn add(a: u32) -> u32 {\n    a + a\n}\n\nfn after() {}\n";
        let windows = format!("\u{feff}{}", source.replace('\n', "\r\n"));
        assert_eq!(cut_from(&windows, "add"), cut_from(source, "add"));
        assert!(!cut_from(&windows, "add").text.contains('\r'));
    }

    #[test]
    fn columns_are_counted_in_characters() {
        let source = "/* äöü */ /// Grüße\nfn umlaut() { \"ß\"; } // ü\n";
        assert_eq!(cut_from(source, "umlaut").code, "fn umlaut() { \"ß\"; }");
    }

    const PREPARED: &str = "\
/// Rows in blocks.
struct Blocks<'a> {
    /// How many.
    rows: &'a [usize],
}

struct Helper;

impl Helper {
    fn new() -> Self {
        Helper
    }
}

impl<'a> Blocks<'a> {
    fn new(rows: &'a [usize]) -> Self {
        Self { rows }
    }
}

/// In blocks.
pub fn blocked(input: &Input, _: &Settings) -> Result<Box<dyn Prepared<Mandelbrot>>, StepError> {
    let helper = Helper::new();
    Ok(Box::new(Blocks::new(helper.rows(input))))
}

impl Drop for Blocks<'_> {
    fn drop(&mut self) {}
}

#[cfg(test)]
impl Blocks<'_> {
    fn only_tested() {}
}

impl validation::Prepared<Mandelbrot> for Blocks<'_> {
    fn run(&mut self, input: &Input, output: &mut Output) -> Result<(), StepError> {
        Ok(())
    }
}

fn plain(input: &Input) {
    Blocks::new(input);
}
";

    #[test]
    fn what_a_step_prepares_is_cut_with_it() {
        let cut = cut_from(PREPARED, "blocked");
        let lines: Vec<&str> = PREPARED.lines().collect();
        let parts = [&lines[0..5], &lines[14..19], &lines[20..25], &lines[35..40]].map(|part| part.join("\n"));
        assert_eq!(cut.text, parts.join("\n\n"));
        assert_eq!((cut.first_line, cut.last_line), (21, 25));
        let gap = [None];
        let numbers = |range: std::ops::RangeInclusive<usize>| range.map(Some).collect::<Vec<_>>();
        let expected =
            [&numbers(1..=5)[..], &gap, &numbers(15..=19), &gap, &numbers(21..=25), &gap, &numbers(36..=40)].concat();
        assert_eq!(cut.text_lines, expected);
        assert_eq!(cut.text.lines().count(), cut.text_lines.len());
        let code: Vec<&str> = cut.text.lines().filter(|line| !line.trim_start().starts_with("///")).collect();
        assert_eq!(cut.code, code.join("\n"));
        assert_eq!(cut.code.lines().count(), cut.code_lines.len());
        assert_eq!(cut.code_lines[0], Some(2));
    }

    #[test]
    fn the_ranges_of_a_cut_are_those_of_its_parts() {
        assert_eq!(cut_from(PREPARED, "blocked").ranges(), [1..=5, 15..=19, 21..=25, 36..=40]);
        assert_eq!(cut_from(PREPARED, "plain").ranges(), [42..=44]);
        let anchored = "/// A.\n// ANCHOR: a\nfn a() {\n    // ANCHOR: b\n    b();\n    // ANCHOR_END: b\n}\n";
        assert_eq!(cut_from(anchored, "a").ranges(), [1..=7]);
    }

    #[test]
    fn an_attribute_is_put_before_the_chosen_functions_and_moves_no_line() {
        let all = attributed("lib.rs", PREPARED, "#[x] ", |_| true).expect("it is Rust");
        assert_eq!(all.lines().count(), PREPARED.lines().count());
        let marked: Vec<&str> = all.lines().filter(|line| line.contains("#[x] ")).map(str::trim_start).collect();
        let names = ["fn new", "fn new", "pub fn blocked", "fn drop", "fn run", "fn plain"];
        assert_eq!(marked.len(), names.len(), "not the one that only tests have: {marked:?}");
        assert!(marked.iter().zip(names).all(|(line, name)| line.starts_with(&format!("#[x] {name}"))), "{marked:?}");
        assert_eq!(all.replace("#[x] ", ""), PREPARED);
        let some = attributed("lib.rs", PREPARED, "#[x] ", |line| (21..=25).contains(&line)).expect("it is Rust");
        assert_eq!(some.matches("#[x] pub fn blocked").count(), some.matches("#[x]").count());
        let none = "const fn a() {}\nasync fn b() {}\nextern \"C\" fn c() {}\n#[cfg(test)]\nfn d() {}\n";
        assert_eq!(attributed("lib.rs", none, "#[x] ", |_| true).as_deref(), Ok(none));
        let odd = "/* ä */ #[inline] pub(crate) unsafe fn a() {} fn b() {}";
        let marked = "/* ä */ #[inline] #[x] pub(crate) unsafe fn a() {} #[x] fn b() {}";
        assert_eq!(attributed("lib.rs", odd, "#[x] ", |_| true).as_deref(), Ok(marked));
        assert!(attributed("lib.rs", "fn (", "#[x] ", |_| true).is_err());
    }

    #[test]
    fn a_kernel_that_other_files_call_too_is_cut_with_its_step() {
        let kernel = "/// Of some.\n#[inline(never)]\npub(super) fn some(values: &[f64]) {\n    alone(values);\n}";
        let step = "/// Of all.\npub fn all(input: &Input) {\n    for kernel in [each!(some)] {\n        kernel(&input.x);\n    }\n}";
        let source = format!(
            "// ANCHOR: all\n{kernel}\n\n{step}\n// ANCHOR_END: all\n\nfn alone(values: &[f64]) {{}}\n\npub(super) fn another() {{}}\n"
        );
        let cut = cut_from(&source, "all");
        assert_eq!(cut.text, format!("{kernel}\n\n{step}"));
        assert_eq!((cut.first_line, cut.last_line), (8, 13));
        assert_eq!(cut.ranges(), [2..=6, 8..=13]);
        assert_eq!(cut_from(&source, "some").text, kernel);
    }

    #[test]
    fn a_plain_step_is_cut_alone() {
        assert!(cut_from(PREPARED, "plain").text.starts_with("fn plain"));
    }

    #[test]
    fn a_struct_expression_names_what_is_prepared() {
        let source = "\
mod other {
    struct Pool {}
    impl Prepared<Pi> for Pool {}
}
mod one {
    struct Pool {}
    fn start() -> Result<Box<dyn Prepared<Pi>>, StepError> {
        Ok(Box::new(Pool {}))
    }
    impl Prepared<Pi> for Pool { /* one */ }
}
";
        let text = "\
struct Pool {}

fn start() -> Result<Box<dyn Prepared<Pi>>, StepError> {
    Ok(Box::new(Pool {}))
}

impl Prepared<Pi> for Pool { /* one */ }";
        assert_eq!(cut_from(source, "start").text, text);
    }

    #[test]
    fn a_constructor_that_names_no_type_of_its_file_is_cut_alone() {
        let source =
            "fn start() -> Result<Box<dyn Prepared<Pi>>, StepError> {\n    shared(|i| i)\n}\n\nstruct Unused;\n";
        assert_eq!(cut_from(source, "start").last_line, 3);
        assert_eq!(cut_from(source, "start").text.lines().count(), 3);
    }

    #[test]
    fn a_missing_function_is_told_with_the_nearest_names() {
        let source =
            "fn naive() {}\nfn hoisted() {}\nmod inner { fn native() {} }\n#[cfg(test)] mod tests { fn naives() {} }\n";
        assert_eq!(error_from(source, "niave"), "lib.rs has no function `niave`; did you mean `naive`, `native`?");
        assert_eq!(error_from(source, "hoist"), "lib.rs has no function `hoist`; did you mean `hoisted`?");
        assert_eq!(error_from(source, "qqq"), "lib.rs has no function `qqq`");
        assert_eq!(line_of(workspace(source).path(), "lib.rs", "niave"), None);
    }

    #[test]
    fn a_file_that_is_missing_or_no_rust_is_told_in_one_line() {
        let root = workspace("");
        let missing = cut(root.path(), "none.rs", "a").expect_err("there is no such file");
        assert_eq!(
            missing.to_string(),
            format!("cannot read none.rs: there is no such file in {}", root.path().display())
        );
        let broken = [
            ("fn a() {}\nfn b( {\n", "2:7: does not parse: a bracket or a quote without its counterpart"),
            ("fn a() {}\n'", "2:1: does not parse: a bracket or a quote without its counterpart"),
            ("fn a() {}\n  fun b() {}\n", "2:7: does not parse: expected"),
            ("fn a() {}\nfn b()\n\n", "2:7: does not parse: unexpected end of input"),
            ("fn a() { let x = ; }", "1:18: does not parse: expected an expression"),
        ];
        for (source, message) in broken {
            let error = error_from(source, "a");
            assert!(error.starts_with(&format!("lib.rs:{message}")), "{error}");
            assert_eq!(error.lines().count(), 1);
        }
        fs::write(root.path().join("binary.rs"), [0xff, 0xfe]).expect("a file");
        assert!(
            cut(root.path(), "binary.rs", "a").expect_err("no text").to_string().starts_with("cannot read binary.rs: ")
        );
    }

    #[test]
    fn the_root_is_where_it_was_built_or_above_the_current_directory() {
        let [built, moved, nowhere] = [(); 3].map(|()| tempfile::tempdir().expect("a temporary directory"));
        for root in [&built, &moved] {
            fs::create_dir_all(root.path().join("crates/validation")).expect("directories");
            fs::write(root.path().join("Cargo.toml"), "[workspace]\nmembers = []\n").expect("a manifest");
        }
        let below = moved.path().join("crates/validation");
        assert_eq!(root_from(&built.path().join("crates/course"), &below).as_deref(), Ok(built.path()));
        assert_eq!(root_from(&nowhere.path().join("crates/course"), &below).as_deref(), Ok(moved.path()));
        let gone = root_from(&nowhere.path().join("crates/course"), nowhere.path()).expect_err("no workspace");
        assert!(gone.to_string().ends_with(&nowhere.path().display().to_string()));
    }

    #[test]
    fn another_workspace_on_the_way_up_is_passed_by() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let inner = root.path().join("crates/validation/fuzz");
        fs::create_dir_all(&inner).expect("directories");
        fs::write(root.path().join("Cargo.toml"), "[workspace]\n").expect("a manifest");
        fs::write(inner.join("Cargo.toml"), "[workspace]\n").expect("a manifest");
        assert_eq!(root_from(Path::new("/"), &inner).as_deref(), Ok(root.path()));
    }
}
