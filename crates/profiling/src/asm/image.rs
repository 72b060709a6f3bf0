//! Executables: their sections and functions, and what the loader fills in.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fmt, fs};

use object::read::elf::{FileHeader, SectionHeader};
use object::{
    Architecture, BinaryFormat, Object, ObjectKind, ObjectSection, ObjectSymbol, RelocationTarget, SectionFlags,
    SectionKind, SymbolKind,
};

use super::built::{Built, running};
use super::error::Error;
use super::function::{Frame, Function};
use super::lines::Lines;
use super::names::{demangled, last_part, method, without_generics};

/// An executable or a library, opened for reading its machine code.
///
/// ```
/// use profiling::asm::Image;
///
/// let image = Image::of_this_program()?;
/// assert!(image.functions().iter().any(|function| function.name().ends_with("::main")));
/// # Ok::<(), profiling::asm::Error>(())
/// ```
pub struct Image {
    path: PathBuf,
    built: Built,
    architecture: Architecture,
    sections: Vec<Section>,
    /// By address, no two at the same.
    functions: Vec<Function>,
    /// What the slots hold that the loader fills in: the names of functions, and addresses in the image.
    slots: HashMap<u64, Slot>,
    lines: Option<Lines>,
}

struct Section {
    address: u64,
    data: Vec<u8>,
    writable: bool,
    code: bool,
}

enum Slot {
    Name(Arc<str>),
    Address(u64),
}

impl Image {
    /// The running program.
    ///
    /// # Errors
    /// As [`open`](Self::open) does.
    pub fn of_this_program() -> Result<Self, Error> {
        let path = env::current_exe().unwrap_or_default();
        let running = running();
        let data = fs::read(&running);
        let data = data.map_err(|error| Error::Unreadable { file: path.clone(), why: error.to_string() })?;
        Self::parse(path, Built::of(&running), &data)
    }

    /// The executable or library at `path`.
    ///
    /// # Errors
    /// When it cannot be read, is no executable that is understood here, is cut short, or has no symbols.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let data =
            fs::read(path).map_err(|error| Error::Unreadable { file: path.to_path_buf(), why: error.to_string() })?;
        Self::parse(path.to_path_buf(), Built::of(path), &data)
    }

    fn parse(path: PathBuf, built: Built, data: &[u8]) -> Result<Self, Error> {
        let foreign = |why: String| Error::Foreign { file: path.clone(), why };
        if data.is_empty() {
            return Err(foreign("it is empty".into()));
        }
        let file = object::File::parse(data).map_err(|error| foreign(error.to_string()))?;
        if !matches!(file.kind(), ObjectKind::Executable | ObjectKind::Dynamic) {
            return Err(foreign("it is not linked yet".into()));
        }
        let mut sections = Vec::new();
        for section in file.sections() {
            // What is loaded has an address; thread-local memory shares its address with what follows.
            let loaded = section.address() != 0
                && !matches!(
                    section.kind(),
                    SectionKind::UninitializedData | SectionKind::UninitializedTls | SectionKind::Tls
                );
            if loaded && section.size() > 0 {
                let data = section.data().map_err(|_| Error::Truncated { file: path.clone() })?;
                sections.push(Section {
                    address: section.address(),
                    data: data.to_vec(),
                    writable: is_writable(&section),
                    code: section.kind() == SectionKind::Text,
                });
            }
        }
        sections.sort_by_key(|section| section.address);
        check_length(&file, data, &path)?;
        let functions = functions(&file, &sections);
        if functions.is_empty() {
            return Err(Error::Stripped { file: path });
        }
        let slots = slots(&file);
        let architecture = file.architecture();
        let lines = match separate_debug_file(&file, &path) {
            Some(data) => {
                let file = object::File::parse(&*data).map_err(|error| foreign(error.to_string()))?;
                Lines::load(&file, &path)?
            }
            None => Lines::load(&file, &path)?,
        };
        Ok(Self { path, built, architecture, sections, functions, slots, lines })
    }

    /// Code that lies in no file, with the constants that it reads; the functions by address.
    pub(super) fn of_memory(architecture: Architecture, address: u64, data: &[u8], functions: Vec<Function>) -> Self {
        Self {
            path: PathBuf::new(),
            built: Built::default(),
            architecture,
            sections: vec![Section { address, data: data.to_vec(), writable: false, code: false }],
            functions,
            slots: HashMap::new(),
            lines: None,
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a source file has been changed since the image was built, so that its lines may not be those that were compiled. Judged
    /// by the times of both files: a source that was touched counts as changed, as it does for cargo.
    pub fn is_older_than(&self, source: impl AsRef<Path>) -> bool {
        self.built.before(source.as_ref())
    }

    /// The functions, by address.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// Whether the lines of the sources are known: whether the program was built with `debug = "line-tables-only"` or more.
    pub fn has_lines(&self) -> bool {
        self.lines.is_some()
    }

    pub(crate) fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// The one function of a name.
    ///
    /// The name may be the path in Rust, `kernels::mandelbrot::naive`; the end of one, `naive`; the full name of one generic instance as
    /// it is listed; the symbol itself; or an address, `0x1af3f0`.
    ///
    /// # Errors
    /// [`Error::Ambiguous`] lists the functions of that name, [`Error::Inlined`] says where the function has gone,
    /// and [`Error::NoFunction`] has names that resemble it.
    pub fn find(&self, name: &str) -> Result<&Function, Error> {
        let found = self.matching(name);
        match found.as_slice() {
            [function] => Ok(function),
            [] => Err(self.not_found(name)),
            several => Err(Error::Ambiguous {
                name: name.into(),
                candidates: several.iter().map(|&function| function.clone()).collect(),
            }),
        }
    }

    /// Every function that [`find`](Self::find) could mean: those of exactly this path, or else those whose path ends in it, or
    /// else the methods `Type::method` of any trait, or else the closures in a function of that name.
    pub fn matching(&self, name: &str) -> Vec<&Function> {
        let name = name.trim();
        if let Some(digits) = name.strip_prefix("0x") {
            let address = u64::from_str_radix(digits, 16).ok();
            return address.and_then(|address| self.function_at(address)).into_iter().collect();
        }
        let wanted = without_generics(name);
        let by = |matches: &dyn Fn(&str, &str) -> bool| -> Vec<&Function> {
            let any = |function: &&Function| {
                matches(&function.name, &function.path)
                    || function.aliases.iter().any(|alias| matches(alias, &without_generics(alias)))
            };
            self.functions.iter().filter(any).collect()
        };
        if let Some(function) = self.functions.iter().find(|function| &*function.symbol == name) {
            return vec![function];
        }
        let ends_in =
            |path: &str| !wanted.is_empty() && path.strip_suffix(&*wanted).is_some_and(|before| before.ends_with("::"));
        let closure = |path: &str| {
            let mut parts = path.match_indices(&*wanted);
            !wanted.is_empty()
                && parts.any(|(at, part)| {
                    (at == 0 || path[..at].ends_with("::"))
                        && (path[at + part.len()..].starts_with("::{closure")
                            || path[at + part.len()..].starts_with("::{{closure"))
                })
        };
        for found in [
            by(&|full, _| full == name),
            by(&|_, path| path == wanted),
            by(&|_, path| ends_in(path)),
            by(&|_, path| method(path).is_some_and(|path| path == wanted || ends_in(&path))),
            by(&|_, path| closure(path)),
        ] {
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The closures of a function that were compiled as functions of their own, by address.
    pub fn closures(&self, function: &Function) -> Vec<&Function> {
        let inside = |other: &&Function| {
            let rest = other.path.strip_prefix(&*function.path);
            rest.is_some_and(|rest| rest.starts_with("::{closure") || rest.starts_with("::{{closure"))
        };
        self.functions.iter().filter(inside).collect()
    }

    fn not_found(&self, name: &str) -> Error {
        let wanted = without_generics(name.trim());
        let last = last_part(&wanted);
        let into = self.inlined_into(last);
        if !into.is_empty() {
            return Error::Inlined { name: name.into(), into };
        }
        let mut nearest: Vec<(f64, &str)> = Vec::new();
        let mut seen = HashSet::new();
        let parts = wanted.matches("::").count();
        for function in &self.functions {
            // A path is compared with as much of the end of the other one as it has itself.
            let starts: Vec<usize> = function.path.match_indices("::").map(|(at, _)| at + 2).collect();
            let start = starts.len().checked_sub(parts + 1).map_or(0, |index| starts[index]);
            let score = strsim::jaro_winkler(&wanted, &function.path[start..]);
            if score > 0.85 && function.path.len() < 200 && seen.insert(&function.path) {
                nearest.push((score, &function.path));
            }
        }
        nearest.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let best = nearest.first().map_or(0.0, |(score, _)| *score);
        let nearest = nearest
            .into_iter()
            .filter(|(score, _)| *score > best - 0.05)
            .take(3)
            .map(|(_, name)| name.to_owned())
            .collect();
        Error::NoFunction { file: self.path.clone(), name: name.into(), nearest }
    }

    /// The function that has the instruction at `address`.
    pub fn function_at(&self, address: u64) -> Option<&Function> {
        let after = self.functions.partition_point(|function| function.address <= address);
        self.functions[..after].last().filter(|function| function.range().contains(&address))
    }

    /// The bytes at `range`, when they are all in one section.
    pub(crate) fn bytes(&self, range: Range<u64>) -> Option<&[u8]> {
        let section = self.section(range.start)?;
        let start = usize::try_from(range.start - section.address).ok()?;
        let length = usize::try_from(range.end.checked_sub(range.start)?).ok()?;
        section.data.get(start..start.checked_add(length)?)
    }

    /// The bytes at `range` when no loader and no program changes them.
    pub(crate) fn constant(&self, range: Range<u64>) -> Option<&[u8]> {
        let section = self.section(range.start)?;
        if section.writable || section.code { None } else { self.bytes(range) }
    }

    fn section(&self, address: u64) -> Option<&Section> {
        let after = self.sections.partition_point(|section| section.address <= address);
        self.sections[..after].last().filter(|section| address - section.address < section.data.len() as u64)
    }

    /// The name of the function whose address the pointer at `address` holds once the program is loaded.
    pub(crate) fn pointed_to(&self, address: u64) -> Option<Arc<str>> {
        match self.slots.get(&address) {
            Some(Slot::Name(name)) => Some(name.clone()),
            Some(Slot::Address(target)) => self.name_at(*target),
            // Without a relocation the linker has written the address itself.
            None => {
                let bytes = self.bytes(address..address.checked_add(8)?)?;
                self.name_at(u64::from_le_bytes(bytes.try_into().ok()?))
            }
        }
    }

    /// The name of the function that begins at `address`.
    pub(crate) fn name_at(&self, address: u64) -> Option<Arc<str>> {
        let function = self.function_at(address)?;
        (function.address == address).then(|| function.name.clone())
    }

    /// Where the instruction at `address` comes from, from the inside out. The last is the function that holds it.
    pub fn frames(&self, address: u64) -> Vec<Frame> {
        let mut frames = self.lines.as_ref().and_then(|lines| lines.frames(address)).unwrap_or_default();
        let holder = self.function_at(address).map(|function| function.name.clone());
        match frames.last_mut() {
            Some(outermost) => outermost.function = holder.or_else(|| outermost.function.take()),
            None => frames.push(Frame { function: holder, file: None, line: None }),
        }
        frames
    }

    /// The source files that some code of the image comes from.
    pub fn files(&self) -> BTreeSet<Arc<str>> {
        self.lines.as_ref().map(Lines::files).unwrap_or_default()
    }

    /// The functions that have code of one of these lines of a file, by address.
    pub(crate) fn functions_of(&self, file: &str, lines: &RangeInclusive<u32>) -> Vec<&Function> {
        let ranges = self.lines.as_ref().map(|known| known.ranges_of(file, lines)).unwrap_or_default();
        let mut found: BTreeMap<u64, &Function> = BTreeMap::new();
        for range in ranges {
            let mut address = range.start;
            while let Some(function) = self.function_at(address) {
                found.insert(function.address, function);
                address = function.range().end;
                if address >= range.end {
                    break;
                }
            }
        }
        found.into_values().collect()
    }

    /// The functions into which one of that last name was inlined.
    fn inlined_into(&self, name: &str) -> Vec<Function> {
        let ranges = self.lines.as_ref().map(|lines| lines.inlined(name)).unwrap_or_default();
        let mut found: BTreeMap<u64, &Function> = BTreeMap::new();
        for function in ranges.iter().filter_map(|range| self.function_at(range.start)) {
            found.insert(function.address, function);
        }
        found.into_values().cloned().collect()
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("path", &self.path)
            .field("functions", &self.functions.len())
            .field("has_lines", &self.has_lines())
            .finish_non_exhaustive()
    }
}

fn is_writable<'data>(section: &impl ObjectSection<'data>) -> bool {
    match section.flags() {
        // Made read-only once the loader has written to it.
        _ if section.kind() == SectionKind::ReadOnlyDataWithRel => true,
        SectionFlags::Elf { sh_flags, .. } => (sh_flags & object::elf::SHF_WRITE).0 != 0,
        _ => section.kind() == SectionKind::Data,
    }
}

/// A file that has been cut short is noticed here rather than by functions that are missing.
fn check_length(file: &object::File<'_>, data: &[u8], path: &Path) -> Result<(), Error> {
    fn ends<E: FileHeader>(file: &object::read::elf::ElfFile<'_, E>) -> u64 {
        let endian = file.endian();
        let end = |section: &E::SectionHeader| {
            section.file_range(endian).map_or(0, |(start, size)| start.saturating_add(size))
        };
        file.elf_section_table().iter().map(end).max().unwrap_or(0)
    }
    let end = match file {
        object::File::Elf64(file) => ends(file),
        object::File::Elf32(file) => ends(file),
        _ => 0,
    };
    if end > data.len() as u64 { Err(Error::Truncated { file: path.to_path_buf() }) } else { Ok(()) }
}

fn functions(file: &object::File<'_>, sections: &[Section]) -> Vec<Function> {
    struct Named<'a> {
        address: u64,
        size: u64,
        symbol: &'a str,
    }
    let symbols = file.symbols().chain(file.dynamic_symbols());
    let mut named: Vec<Named<'_>> = symbols
        .filter(|symbol| symbol.is_definition() && symbol.kind() == SymbolKind::Text)
        .filter_map(|symbol| {
            let name = symbol.name().ok().filter(|name| !name.is_empty())?;
            let (address, size) = (symbol.address(), symbol.size());
            // Mach-O puts an underscore before every name.
            let name = if file.format() == BinaryFormat::MachO { name.strip_prefix('_').unwrap_or(name) } else { name };
            Some(Named { address, size, symbol: name })
        })
        .collect();
    // Of several names of one address the one that has a size comes first, then the shortest.
    let order = |named: &Named<'_>| (named.address, named.size == 0, named.symbol.len());
    named.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.symbol.cmp(b.symbol)));
    let mut functions: Vec<Function> = Vec::with_capacity(named.len());
    for Named { address, size, symbol } in named {
        let name: Arc<str> = demangled(symbol).into();
        match functions.last_mut() {
            Some(last) if last.address == address => {
                if last.name != name && !last.aliases.contains(&name) {
                    last.aliases.push(name);
                }
            }
            _ => functions.push(Function {
                path: without_generics(&name).into(),
                name,
                symbol: symbol.into(),
                aliases: Vec::new(),
                address,
                size,
            }),
        }
    }
    // Assembly and some formats give no size: such a function ends where the next one begins, or its section.
    for index in 0..functions.len() {
        if functions[index].size == 0 {
            let address = functions[index].address;
            let next = functions.get(index + 1).map_or(u64::MAX, |next| next.address);
            let after = sections.partition_point(|section| section.address <= address);
            let end =
                sections[..after].last().map_or(0, |section| section.address.saturating_add(section.data.len() as u64));
            functions[index].size = next.min(end).saturating_sub(address);
        }
    }
    functions.retain(|function| function.size > 0);
    functions
}

fn slots(file: &object::File<'_>) -> HashMap<u64, Slot> {
    let mut slots = HashMap::new();
    for (address, relocation) in file.dynamic_relocations().into_iter().flatten() {
        let slot = match relocation.target() {
            RelocationTarget::Symbol(index) => {
                let table = file.dynamic_symbol_table();
                let symbol = table.and_then(|table| object::ObjectSymbolTable::symbol_by_index(&table, index).ok());
                let Some(symbol) = symbol else { continue };
                match symbol.name() {
                    Ok(name) if !name.is_empty() => Slot::Name(demangled(name).into()),
                    _ => Slot::Address(symbol.address().wrapping_add_signed(relocation.addend())),
                }
            }
            _ => Slot::Address(relocation.addend() as u64),
        };
        slots.insert(address, slot);
    }
    slots
}

/// The debug information of macOS lies beside the executable.
fn separate_debug_file(file: &object::File<'_>, path: &Path) -> Option<Vec<u8>> {
    if file.format() != BinaryFormat::MachO {
        return None;
    }
    let name = path.file_name()?;
    let mut bundle = name.to_owned();
    bundle.push(".dSYM");
    fs::read(path.with_file_name(bundle).join("Contents/Resources/DWARF").join(name)).ok()
}
