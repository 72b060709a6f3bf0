//! Rooms: how long a file and a function may be, what its first line says, and which files of a crate need each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ExprMatch, Item, ItemMod, Meta, UseTree, Visibility};

use crate::support::root;

/// Lines of a file's own code, without its tests.
const LONGEST_FILE: usize = 600;

/// Lines of a file of a chapter's example.
const LONGEST_PART: usize = 300;

/// Lines of a function that is neither a step nor one `match`.
const LONGEST_FUNCTION: usize = 60;

/// A module of a crate: a file, or a part of one.
struct Module {
    file: PathBuf,
    items: Vec<Item>,
    /// The modules in it by name.
    children: BTreeMap<String, usize>,
    parent: Option<usize>,
}

/// The modules of a crate, the first of which is its root.
struct Crate {
    name: String,
    modules: Vec<Module>,
}

/// Whether an item is compiled for tests only.
fn only_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string().contains("test"))
    })
}

fn parse(file: &Path) -> syn::File {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

impl Crate {
    fn read(folder: &Path) -> Self {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let mut read = Self { name, modules: Vec::new() };
        let file = folder.join("src/lib.rs");
        read.add(file.clone(), folder.join("src"), parse(&file).items, None);
        read
    }

    /// Adds a module and those in it. Files of its children lie in `folder`.
    fn add(&mut self, file: PathBuf, folder: PathBuf, items: Vec<Item>, parent: Option<usize>) -> usize {
        let number = self.modules.len();
        self.modules.push(Module { file: file.clone(), items: Vec::new(), children: BTreeMap::new(), parent });
        for item in &items {
            if let Item::Mod(ItemMod { attrs, ident, content, .. }) = item
                && !only_for_tests(attrs)
            {
                let name = ident.to_string();
                let inner = folder.join(&name);
                let child = match content {
                    Some((_, items)) => self.add(file.clone(), inner, items.clone(), Some(number)),
                    None => {
                        let plain = folder.join(format!("{name}.rs"));
                        let file = if plain.exists() { plain } else { inner.join("mod.rs") };
                        let items = parse(&file).items;
                        self.add(file, inner, items, Some(number))
                    }
                };
                self.modules[number].children.insert(name, child);
            }
        }
        self.modules[number].items = items;
        number
    }

    /// The module in which the first names of a path end, and the rest; `None` where it begins in another crate.
    fn start(&self, from: usize, path: &[String]) -> Option<(usize, usize)> {
        let mut at = from;
        let mut used = 0;
        match path.first()?.as_str() {
            "crate" => (at, used) = (0, 1),
            "self" => used = 1,
            "super" => {
                while path.get(used).is_some_and(|name| name == "super") {
                    (at, used) = (self.modules[at].parent?, used + 1);
                }
            }
            name if self.modules[from].children.contains_key(name) => {}
            _ => return None,
        }
        Some((at, used))
    }

    /// The file that defines what a path names.
    fn resolve(&self, from: usize, path: &[String], depth: usize) -> Option<usize> {
        let (mut at, mut used) = self.start(from, path)?;
        while let Some(name) = path.get(used) {
            if let Some(&child) = self.modules[at].children.get(name) {
                (at, used) = (child, used + 1);
                continue;
            }
            // A sign at the door: it says in which room the thing is.
            let imported = self.modules[at].items.iter().filter_map(|item| match item {
                Item::Use(item) => Some(item),
                _ => None,
            });
            for import in imported {
                for (given, target) in uses(&import.tree) {
                    if (given == *name || given == "*") && depth < 8 {
                        let target: Vec<_> =
                            if given == "*" { target.into_iter().chain([name.clone()]).collect() } else { target };
                        if let Some(found) = self.resolve(at, &target, depth + 1)
                            && (given != "*" || self.defines(found, name))
                        {
                            return Some(found);
                        }
                    }
                }
            }
            break;
        }
        Some(at)
    }

    fn defines(&self, module: usize, name: &str) -> bool {
        self.modules[module].items.iter().any(|item| match item {
            Item::Const(item) => item.ident == name,
            Item::Enum(item) => item.ident == name,
            Item::Fn(item) => item.sig.ident == name,
            Item::Static(item) => item.ident == name,
            Item::Struct(item) => item.ident == name,
            Item::Trait(item) => item.ident == name,
            Item::Type(item) => item.ident == name,
            _ => false,
        })
    }

    /// Which files need which others: by `use` lines that are not mere signs, and by paths in the code.
    fn needs(&self) -> BTreeMap<&Path, BTreeSet<&Path>> {
        let mut needs: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
        for (number, module) in self.modules.iter().enumerate() {
            let mut paths = Paths::default();
            for item in &module.items {
                match item {
                    Item::Use(item) if matches!(item.vis, Visibility::Inherited) => {
                        paths.0.extend(uses(&item.tree).into_iter().map(|(_, path)| path));
                    }
                    // Those with a file or a list of items of their own are modules themselves.
                    Item::Use(_) | Item::Mod(_) => {}
                    item => paths.visit_item(item),
                }
            }
            for path in paths.0 {
                if let Some(found) = self.resolve(number, &path, 0) {
                    let found = self.modules[found].file.as_path();
                    if found != module.file {
                        needs.entry(&module.file).or_default().insert(found);
                    }
                }
            }
        }
        needs
    }

    /// The sets of files each of which needs every other, in the end.
    fn circles(&self) -> Vec<BTreeSet<String>> {
        let needs = self.needs();
        let reached = |from: &Path| {
            let mut reached = BTreeSet::new();
            let mut open = vec![from];
            while let Some(file) = open.pop() {
                for next in needs.get(file).into_iter().flatten() {
                    if reached.insert(*next) {
                        open.push(next);
                    }
                }
            }
            reached
        };
        let reached: BTreeMap<_, _> = needs.keys().map(|file| (*file, reached(file))).collect();
        let in_circle = |a: &Path, b: &Path| reached.get(a).is_some_and(|of| of.contains(b));
        let mut circles = BTreeSet::new();
        for file in needs.keys().filter(|file| in_circle(file, file)) {
            let others = needs.keys().filter(|other| in_circle(file, other) && in_circle(other, file));
            let names: BTreeSet<_> = others.map(|other| self.shown(other)).collect();
            circles.insert(names);
        }
        circles.into_iter().collect()
    }

    fn shown(&self, file: &Path) -> String {
        let folder = root().join("crates").join(&self.name).join("src");
        file.strip_prefix(folder).unwrap().display().to_string()
    }
}

/// What a tree of a `use` line brings: the name by which it is known, and its path.
fn uses(tree: &UseTree) -> Vec<(String, Vec<String>)> {
    match tree {
        UseTree::Path(path) => {
            let first = path.ident.to_string();
            let rest = uses(&path.tree).into_iter();
            rest.map(|(name, rest)| {
                let name = if name == "self" { first.clone() } else { name };
                let rest = rest.into_iter().filter(|part| part != "self" || first == "self");
                (name, [first.clone()].into_iter().chain(rest).collect())
            })
            .collect()
        }
        UseTree::Name(name) => vec![(name.ident.to_string(), vec![name.ident.to_string()])],
        UseTree::Rename(rename) => vec![(rename.rename.to_string(), vec![rename.ident.to_string()])],
        UseTree::Glob(_) => vec![("*".to_owned(), Vec::new())],
        UseTree::Group(group) => group.items.iter().flat_map(uses).collect(),
    }
}

/// The paths of more than one name in the code.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 && path.leading_colon.is_none() {
            self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.0.extend(uses(&item.tree).into_iter().map(|(_, path)| path));
    }
}

fn crates() -> Vec<Crate> {
    let folders = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = folders.filter(|folder| folder.join("src/lib.rs").exists()).collect();
    folders.sort();
    folders.iter().map(|folder| Crate::read(folder)).collect()
}

#[test]
fn files_need_each_other_in_no_circle_but_those_with_a_reason() {
    let mut found: Vec<(String, String)> = Vec::new();
    for of in crates() {
        for circle in of.circles() {
            found.push((of.name.clone(), circle.into_iter().collect::<Vec<_>>().join(" ")));
        }
    }
    let known: Vec<_> = CIRCLES.iter().map(|(name, files, _)| ((*name).to_owned(), (*files).to_owned())).collect();
    let new: Vec<_> = found.iter().filter(|circle| !known.contains(circle)).collect();
    let gone: Vec<_> = known.iter().filter(|circle| !found.contains(circle)).collect();
    assert!(new.is_empty(), "new circles: {new:#?}");
    assert!(gone.is_empty(), "circles that are no more: {gone:#?}");
}

/// The circles that there are: the crate, its files, the reason.
const CIRCLES: &[(&str, &str, &str)] = &[
    (
        "cluster",
        "ranks/elsewhere.rs ranks/mod.rs ranks/options.rs ranks/world/messages.rs",
        "the folder's own file says which system's ranks there are, and options start those; and whether a world is the right one is \
         asked there for all of them",
    ),
    (
        "interpreted",
        "bytecode.rs describe.rs error.rs heap.rs list.rs objects.rs operators/equality.rs operators/reals.rs operators/set_like.rs \
         table.rs table/hash.rs table/set.rs value.rs",
        "a value names the kinds of objects, objects hold values, the heap holds both and raises exceptions, which are objects too; \
         and a table compares its keys",
    ),
    (
        "interpreted",
        "iteration.rs operators.rs operators/numbers.rs operators/order.rs operators/sets.rs operators/slices.rs",
        "a list is extended by whatever can be iterated over, and going through a range asks for memory first",
    ),
    (
        "interpreted",
        "native.rs native/arithmetic.rs native/calls.rs native/code.rs native/compiler.rs native/emit.rs native/finish.rs native/flow.rs \
         native/held.rs native/helpers.rs native/near.rs native/rules.rs native/squares.rs",
        "the emitter of machine code has a file for each kind of instruction, and what is compiled stands above them all",
    ),
    (
        "interpreted",
        "operators/floats.rs operators/integers.rs",
        "a negative power of integers is a float, and a float is rounded by integers",
    ),
];

/// The functions of a file that are too long, by name and lines.
struct Long {
    functions: Vec<(String, usize)>,
}

impl Long {
    fn see(&mut self, name: &str, whole: proc_macro2::Span, block: &Block) {
        let lines = whole.end().line + 1 - whole.start().line;
        if lines > LONGEST_FUNCTION && !is_one_match(block) {
            self.functions.push((name.to_owned(), lines));
        }
    }
}

/// Whether a function is a single `match`, with a few lines around it.
fn is_one_match(block: &Block) -> bool {
    let lines = |span: proc_macro2::Span| span.end().line - span.start().line;
    let mut longest = LongestMatch(0);
    longest.visit_block(block);
    lines(block.span()) - longest.0 <= 10
}

/// The lines of the longest `match`.
struct LongestMatch(usize);

impl<'ast> Visit<'ast> for LongestMatch {
    fn visit_expr_match(&mut self, found: &'ast ExprMatch) {
        self.0 = self.0.max(found.span().end().line - found.span().start().line);
        visit::visit_expr_match(self, found);
    }
}

impl<'ast> Visit<'ast> for Long {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !only_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.see(&item.sig.ident.to_string(), item.sig.span().join(item.block.span()).unwrap(), &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.see(&item.sig.ident.to_string(), item.sig.span().join(item.block.span()).unwrap(), &item.block);
        visit::visit_impl_item_fn(self, item);
    }
}

/// The files of the workspace's own code, tests apart.
fn sources() -> Vec<PathBuf> {
    let mut open = vec![root().join("examples"), root().join("benches")];
    let folders = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
    open.extend(folders.map(|folder| folder.join("src")));
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Whether a file holds tests.
fn is_of_tests(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
}

/// Lines of a file without its tests.
fn own_lines(file: &syn::File, text: &str) -> usize {
    let tests = file.items.iter().filter_map(|item| match item {
        Item::Mod(item) if only_for_tests(&item.attrs) => Some(item.span().end().line + 1 - item.span().start().line),
        _ => None,
    });
    text.lines().count() - tests.sum::<usize>()
}

/// Long kernels that are the whole of a step, and stand beside it because other files call them too: their files and names.
const KERNELS: [(&str, &str); 1] = [("crates/vectorised/src/simd/mandelbrot.rs", "free_running_points")];

/// The loop of the interpreter: its macros have to stand within the function, and the function with what it needs within one file.
const LOOP: (&str, &str) = ("crates/interpreted/src/machine/execute.rs", "run");

/// The names of the steps that a file lists.
fn steps(text: &str) -> BTreeSet<String> {
    let listed = text.split("step!(").skip(1).filter_map(|rest| rest.split(',').next());
    listed.filter_map(|name| name.split_whitespace().last()).map(str::to_owned).collect()
}

#[test]
fn every_file_and_function_is_short_and_says_what_it_is() {
    let mut wrong = Vec::new();
    for path in sources() {
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        let file = parse(&path);
        if !text.starts_with("//! ") {
            wrong.push(format!("{shown}: its first line does not say what it is"));
        }
        if is_of_tests(Path::new(&shown)) {
            continue;
        }
        let lines = own_lines(&file, &text);
        let longest = if shown.starts_with("examples/chapter") { LONGEST_PART } else { LONGEST_FILE };
        if lines > longest && shown != LOOP.0 {
            wrong.push(format!("{shown}: {lines} lines"));
        }
        let mut long = Long { functions: Vec::new() };
        long.visit_file(&file);
        let steps = steps(&text);
        let known = || KERNELS.iter().chain([&LOOP]);
        let is_kernel = |name: &str| known().any(|(file, kernel)| *file == shown && *kernel == name);
        for (name, lines) in long.functions.into_iter().filter(|(name, _)| !steps.contains(name) && !is_kernel(name)) {
            wrong.push(format!("{shown}: {name} has {lines} lines"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
