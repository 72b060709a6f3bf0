//! The corpus uses everything that the language has: each construct, built-in, method and exception in at least two programs.
//!
//! The programs are parsed, not executed; what is looked for comes from the crate's own tables and from the tree's own types, so
//! that an addition to the language fails here, with the name of the program that is missing.

#[path = "coverage/constructs.rs"]
mod constructs;
#[path = "coverage/kinds.rs"]
mod kinds;
#[path = "coverage/walk.rs"]
mod walk;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use interpreted::builtins::BUILTINS;
use interpreted::error::ExceptionKind;
use interpreted::modules::{self, Member, MemberValue};
use interpreted::{library, source};

/// How many programs there are at least.
const PROGRAMS: usize = 250;
/// In how many of them everything is at least.
const EACH: usize = 2;

/// How many programs there are, and how many of them use each thing.
struct Counted {
    programs: usize,
    uses: HashMap<String, usize>,
}

/// The corpus, counted once.
fn corpus() -> &'static Counted {
    static CORPUS: OnceLock<Counted> = OnceLock::new();
    CORPUS.get_or_init(|| {
        let mut paths = Vec::new();
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs"), &mut paths);
        let mut uses = HashMap::new();
        for path in &paths {
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let module = source::parse(&name, &text).unwrap_or_else(|error| panic!("{error}"));
            for used in walk::uses(&module) {
                *uses.entry(used).or_insert(0) += 1;
            }
        }
        Counted { programs: paths.len(), uses }
    })
}

/// The programs below a folder. A file that is imported by one belongs to none, so it does not count.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry of a folder can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, paths);
        } else if name.ends_with(".py") && !name.starts_with("beside_") {
            paths.push(path);
        }
    }
}

/// Fails with the names of what too few programs use.
fn all_are_used(names: impl IntoIterator<Item = String>) {
    let mut seen = HashSet::new();
    let mut missing = Vec::new();
    for name in names {
        let uses = corpus().uses.get(&name).copied().unwrap_or(0);
        if uses < EACH && seen.insert(name.clone()) {
            missing.push(format!("{name} ({uses})"));
        }
    }
    assert!(missing.is_empty(), "used in fewer than {EACH} programs of the corpus: {}", missing.join(", "));
}

#[test]
fn there_are_enough_programs() {
    let programs = corpus().programs;
    assert!(programs >= PROGRAMS, "{programs} programs");
}

#[test]
fn every_construct_is_used() {
    all_are_used(constructs::all().into_iter().map(str::to_string));
}

#[test]
fn every_built_in_name_is_used() {
    all_are_used(library::globals().into_iter().map(|(name, _)| walk::builtin(name)));
}

#[test]
fn every_method_is_used() {
    let methods = BUILTINS.iter().filter_map(|entry| Some(walk::method(entry.owner?, entry.name)));
    all_are_used(methods);
}

#[test]
fn every_exception_is_used() {
    all_are_used(ExceptionKind::ALL.iter().map(|kind| walk::builtin(kind.name())));
}

/// The module `cython` is left out: CPython has it only where Cython is installed, so it cannot be asked.
#[test]
fn every_name_of_a_module_is_used() {
    let names = modules::MODULES.into_iter().filter(|(module, _)| *module != "cython");
    all_are_used(names.flat_map(|(module, members)| names_of(module, members)));
}

fn names_of(path: &str, members: &[Member]) -> Vec<String> {
    let mut names = Vec::new();
    for member in members {
        let name = format!("{path}.{}", member.name);
        if let MemberValue::Table(table) = member.value {
            names.extend(names_of(&name, table.members));
        }
        names.push(name);
    }
    names
}
