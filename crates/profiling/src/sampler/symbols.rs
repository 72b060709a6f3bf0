//! Functions, files and lines for addresses, with what was inlined there.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use addr2line::Loader;
use object::{Object, ObjectSymbol};

use super::modules::{Mapped, read_memory};
use super::samples::Frame;

/// What is known of the mapped files, read when it is first asked for.
pub(super) struct Symbols {
    mapped: Vec<Mapped>,
    files: HashMap<PathBuf, Option<File>>,
    names: HashMap<String, Arc<str>>,
    paths: HashMap<String, Arc<Path>>,
}

enum File {
    Debug(Box<Loader>),
    /// No file, but a list of names: the kernel's own code.
    Names(Vec<(Range<u64>, String)>),
}

impl Symbols {
    pub(super) fn new(mapped: Vec<Mapped>) -> Self {
        Self { mapped, files: HashMap::new(), names: HashMap::new(), paths: HashMap::new() }
    }

    /// The frames at an address, the innermost first; there is at least one.
    pub(super) fn frames(&mut self, address: u64) -> Vec<Frame> {
        let Some(mapped) = self.mapped.iter().find(|mapped| mapped.range.contains(&address)).cloned() else {
            return vec![self.frame("[unknown]", None, 0)];
        };
        let file = self.files.remove(&mapped.path).unwrap_or_else(|| File::open(&mapped));
        let frames = self.frames_in(file.as_ref(), &mapped, address.wrapping_sub(mapped.bias));
        self.files.insert(mapped.path, file);
        frames
    }

    fn frames_in(&mut self, file: Option<&File>, mapped: &Mapped, probe: u64) -> Vec<Frame> {
        let mut frames = Vec::new();
        let symbol = match file {
            Some(File::Debug(loader)) => {
                if let Ok(mut found) = loader.find_frames(probe) {
                    while let Ok(Some(frame)) = found.next() {
                        let name = frame.function.as_ref().and_then(|name| name.raw_name().ok());
                        let place = frame.location.as_ref();
                        let path = place.and_then(|place| place.file);
                        let line = place.and_then(|place| place.line).unwrap_or(0);
                        let name = name.as_deref().unwrap_or("");
                        match path.and_then(|path| with_modules(name, path)) {
                            Some(name) => frames.push(self.frame(&name, path, line)),
                            None => frames.push(self.frame(name, path, line)),
                        }
                    }
                }
                loader.find_symbol(probe)
            }
            Some(File::Names(names)) => names.iter().find(|(range, _)| range.contains(&probe)).map(|(_, name)| &**name),
            None => None,
        };
        // The table of symbols has the whole name of the function that the machine code is; what is debugged by lines only may
        // have a short one.
        let module = mapped.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        match (frames.last_mut(), symbol) {
            (Some(outermost), Some(symbol)) => outermost.function = self.name(symbol),
            (Some(outermost), None) if outermost.function.is_empty() => {
                outermost.function = self.name(&format!("[{module}]"))
            }
            (Some(_), None) => {}
            (None, Some(symbol)) => frames.push(self.frame(symbol, None, 0)),
            (None, None) => frames.push(self.frame(&format!("[{module}]"), None, 0)),
        }
        frames
    }

    fn frame(&mut self, name: &str, path: Option<&str>, line: u32) -> Frame {
        let file = path.map(|path| match self.paths.get(path) {
            Some(known) => Arc::clone(known),
            None => {
                let shared: Arc<Path> = Path::new(path).into();
                self.paths.insert(path.to_owned(), Arc::clone(&shared));
                shared
            }
        });
        Frame { function: self.name(name), file, line }
    }

    fn name(&mut self, raw: &str) -> Arc<str> {
        if let Some(known) = self.names.get(raw) {
            return Arc::clone(known);
        }
        // `#`: without the hash that tells apart what different versions of a crate define.
        let name: Arc<str> = format!("{:#}", rustc_demangle::demangle(raw)).into();
        self.names.insert(raw.to_owned(), Arc::clone(&name));
        name
    }
}

/// The path of a function of which only the last part is known, from the file that it stands in: line tables alone do not name
/// the modules of what was inlined. Generic arguments are left out.
///
/// `.../core/src/slice/mod.rs` is taken for `core::slice`, `.../examples/pi.rs` for `pi`.
fn with_modules(name: &str, path: &str) -> Option<String> {
    if name.is_empty() || name.starts_with("_R") || name.starts_with("_Z") || name.contains("::") && !name.contains('<')
    {
        return None;
    }
    let plain = match name.find('<') {
        Some(0) | None => name,
        Some(generics) => &name[..generics],
    };
    if plain.contains("::") {
        return None;
    }
    let parts: Vec<_> = path.strip_suffix(".rs")?.split('/').collect();
    let root = parts.iter().rposition(|part| ["src", "examples", "tests", "benches"].contains(part))?;
    let (package, below) = (parts[..root].last()?, &parts[root + 1..]);
    let mut modules = Vec::new();
    if parts[root] == "src" {
        // The folder of a package from a registry ends in its version.
        let versioned =
            package.rsplit_once('-').filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()));
        modules.push(versioned.map_or(*package, |(name, _)| name).replace('-', "_"));
    }
    modules.extend(below.iter().filter(|part| !["mod", "lib", "main"].contains(part)).map(|part| (*part).to_owned()));
    modules.push(plain.to_owned());
    Some(modules.join("::"))
}

impl File {
    fn open(mapped: &Mapped) -> Option<Self> {
        if mapped.path.is_absolute() && fs::exists(&mapped.path).unwrap_or(false) {
            return Loader::new(&mapped.path).ok().map(|loader| Self::Debug(Box::new(loader)));
        }
        let image = read_memory(&mapped.range).ok()?;
        let file = object::File::parse(&*image).ok()?;
        let names = file.dynamic_symbols().filter_map(|symbol| {
            let name = symbol.name().ok().filter(|name| !name.is_empty())?;
            Some((symbol.address()..symbol.address() + symbol.size(), name.to_owned()))
        });
        Some(Self::Names(names.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::with_modules;

    #[test]
    fn modules_are_those_of_the_file() {
        let path = |name, file| with_modules(name, file);
        assert_eq!(path("lt", "/rustc/0ab/library/core/src/cmp.rs").as_deref(), Some("core::cmp::lt"));
        assert_eq!(path("next<u64>", "/rustc/0ab/library/core/src/iter/mod.rs").as_deref(), Some("core::iter::next"));
        let registry = "/home/a/.cargo/registry/src/index-1/rayon-core-1.13.0/src/registry.rs";
        assert_eq!(path("{closure#0}", registry).as_deref(), Some("rayon_core::registry::{closure#0}"));
        assert_eq!(path("main", "/home/a/pi/examples/pi.rs").as_deref(), Some("pi::main"));
        assert_eq!(path("work", "/home/a/pi/src/lib.rs").as_deref(), Some("pi::work"));
    }

    #[test]
    fn whole_names_and_foreign_files_are_left_alone() {
        assert_eq!(with_modules("_RNvC2pi4work", "/home/a/pi/src/lib.rs"), None);
        assert_eq!(with_modules("pi::work", "/home/a/pi/src/lib.rs"), None);
        assert_eq!(with_modules("memcpy", "/build/glibc/string/memcpy.c"), None);
        assert_eq!(with_modules("work", "lib.rs"), None);
    }
}
