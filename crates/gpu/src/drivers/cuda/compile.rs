//! CUDA C++ to machine code, or to the assembly language of all of NVIDIA's cards (PTX), by NVRTC.

use std::borrow::Cow;
use std::env;
use std::ffi::{CStr, CString, OsStr, c_char};
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;

use cudarc::nvrtc::result::{self, NvrtcError};
use cudarc::nvrtc::sys;
use libloading::Library;

use crate::drivers::{Arithmetic, KernelText, Language};
use crate::error::GpuError;
use crate::signature::{self, Parameter, Scalar};

/// What NVRTC calls the text in its messages.
const NAME: &str = "kernel.cu";

/// Registers that the multiprocessors of all of today's cards have for one workgroup.
const REGISTERS: u32 = 65_536;

/// NVIDIA's compiler as a library. It needs no card.
#[derive(Debug)]
pub(crate) struct Nvrtc {
    /// Its major and minor version.
    pub(crate) version: (i32, i32),
    /// The architectures that it compiles for, 90 for sm_90, the oldest first.
    pub(crate) architectures: Vec<i32>,
}

/// What to make of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Machine code for one architecture.
    Machine(i32),
    /// Assembly language that the driver of any card of this architecture or a newer one compiles to the end.
    Assembly(i32),
}

impl Nvrtc {
    /// The library of this machine.
    ///
    /// # Errors
    /// [`GpuError::Unavailable`] if there is none, or one that is too old.
    pub(crate) fn load() -> Result<&'static Self, GpuError> {
        static LOADED: OnceLock<Result<Nvrtc, GpuError>> = OnceLock::new();
        LOADED.get_or_init(Self::look).as_ref().map_err(Clone::clone)
    }

    fn look() -> Result<Self, GpuError> {
        let mend = "to mend: scripts/setup-gpu --nvrtc and eval \"$(scripts/setup-gpu --environment)\", or NVIDIA's CUDA toolkit";
        // SAFETY: loads the library by its well-known names; its initialisers ask for nothing.
        let present = || unsafe { sys::is_culib_present() };
        if !present() {
            load_from_toolkit();
        }
        if !present() {
            return Err(GpuError::Unavailable(format!("there is no NVRTC, the compiler of CUDA; {mend}")));
        }
        // A function that is missing would be a panic where it is called.
        for function in FUNCTIONS {
            // SAFETY: the library has just been found; the address is compared with nothing and called by nobody.
            if unsafe { sys::culib().get::<unsafe extern "C" fn()>(function.as_bytes()) }.is_err() {
                return Err(GpuError::Unavailable(format!("this NVRTC is too old, it has no {function}; {mend}")));
            }
        }
        let failed = |error: NvrtcError| GpuError::Unavailable(format!("NVRTC does not start: {error}; {mend}"));
        let (mut major, mut minor, mut count) = (0, 0, 0);
        // SAFETY: both pointers are to integers of ours.
        unsafe { sys::nvrtcVersion(&mut major, &mut minor) }.result().map_err(failed)?;
        // SAFETY: as above.
        unsafe { sys::nvrtcGetNumSupportedArchs(&mut count) }.result().map_err(failed)?;
        let mut architectures = vec![0; usize::try_from(count).unwrap_or(0)];
        // SAFETY: the array has as many places as the library has just asked for.
        unsafe { sys::nvrtcGetSupportedArchs(architectures.as_mut_ptr()) }.result().map_err(failed)?;
        architectures.sort_unstable();
        Ok(Self { version: (major, minor), architectures })
    }

    /// What to compile to for a card of this architecture: machine code if the library knows the card, else the newest assembly
    /// language that it takes.
    ///
    /// # Errors
    /// [`GpuError::Unavailable`] if the card is older than all that the library knows.
    pub(crate) fn target(&self, architecture: i32) -> Result<Target, GpuError> {
        if self.architectures.contains(&architecture) {
            return Ok(Target::Machine(architecture));
        }
        let older = self.architectures.iter().rev().find(|&&known| known < architecture);
        older.map(|&known| Target::Assembly(known)).ok_or_else(|| {
            let oldest = self.architectures.first().copied().unwrap_or_default();
            GpuError::Unavailable(format!(
                "NVRTC {self} compiles for sm_{oldest} and newer, and this card is sm_{architecture}; to mend: install the CUDA \
                 toolkit of an older version"
            ))
        })
    }

    /// Compiles a kernel.
    ///
    /// # Errors
    /// [`GpuError::Kernel`] with what the compiler says, its line numbers those of the text that the caller has written.
    pub(crate) fn compile(&self, kernel: &KernelText, target: Target) -> Result<Vec<u8>, GpuError> {
        let text =
            CString::new(&*kernel.text).map_err(|_| GpuError::Kernel("there is a zero in the text".to_owned()))?;
        let name = CString::new(NAME).unwrap_or_default();
        let driver = |error: NvrtcError| GpuError::Driver(format!("NVRTC {self}: {error}"));
        let program = Program(result::create_program(&text, Some(&name)).map_err(driver)?);
        // SAFETY: the program lives until the end of this function, and so do the text and the name that it may point to.
        if let Err(error) = unsafe { result::compile_program(program.0, &options(kernel, target)?) } {
            // SAFETY: as above.
            let log = unsafe { result::get_program_log(program.0) }.map_err(driver)?;
            let log = text_of(&log);
            return Err(if log.trim().is_empty() { driver(error) } else { refused(kernel, &log) });
        }
        match target {
            Target::Assembly(_) => {
                // SAFETY: the program lives, and has been compiled.
                let ptx = unsafe { result::get_ptx(program.0) }.map_err(driver)?;
                Ok(text_of(&ptx).into_bytes())
            }
            Target::Machine(_) => {
                let mut bytes = 0;
                // SAFETY: as above, and the pointer is to a number of ours.
                unsafe { sys::nvrtcGetCUBINSize(program.0, &mut bytes) }.result().map_err(driver)?;
                let mut code = vec![0_u8; bytes];
                // SAFETY: as above; the array has as many bytes as the library has just asked for.
                unsafe { sys::nvrtcGetCUBIN(program.0, code.as_mut_ptr().cast()) }.result().map_err(driver)?;
                Ok(code)
            }
        }
    }
}

impl fmt::Display for Nvrtc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.version.0, self.version.1)
    }
}

/// Loads the library of a toolkit where toolkits are installed, for the system looks for libraries elsewhere. What a process has loaded
/// is found by its name.
fn load_from_toolkit() {
    let named = ["CUDA_HOME", "CUDA_PATH"].into_iter().filter_map(env::var_os).map(PathBuf::from);
    for toolkit in named.chain([PathBuf::from("/usr/local/cuda")]) {
        let Ok(files) = toolkit.join("lib64").read_dir() else { continue };
        // The library itself, and the part of it that it looks for by name when it compiles.
        let wanted = |file: &OsStr| {
            let file = file.to_string_lossy();
            file == "libnvrtc.so.13" || file == "libnvrtc.so.12" || file.starts_with("libnvrtc-builtins.so.")
        };
        for file in files.flatten().filter(|file| wanted(&file.file_name())) {
            // SAFETY: a library of NVIDIA's, by the name that it has there; its initialisers ask for nothing.
            if let Ok(library) = unsafe { Library::new(file.path()) } {
                // It stays as long as the process, like the one that is found by its name.
                std::mem::forget(library);
            }
        }
    }
}

/// The functions that are called here.
const FUNCTIONS: [&str; 12] = [
    "nvrtcVersion",
    "nvrtcGetNumSupportedArchs",
    "nvrtcGetSupportedArchs",
    "nvrtcCreateProgram",
    "nvrtcCompileProgram",
    "nvrtcDestroyProgram",
    "nvrtcGetProgramLog",
    "nvrtcGetProgramLogSize",
    "nvrtcGetPTX",
    "nvrtcGetPTXSize",
    "nvrtcGetCUBIN",
    "nvrtcGetCUBINSize",
];

/// A program of NVRTC's, given back at the end.
struct Program(sys::nvrtcProgram);

impl Drop for Program {
    fn drop(&mut self) {
        // SAFETY: made by `create_program`, and destroyed once. An error would be that it is no program.
        let _ = unsafe { result::destroy_program(self.0) };
    }
}

/// What the library has written, up to its terminating zero.
fn text_of(bytes: &[c_char]) -> String {
    let bytes: &[u8] = bytemuck::cast_slice(bytes);
    let text = CStr::from_bytes_until_nul(bytes).map_or(bytes, CStr::to_bytes);
    String::from_utf8_lossy(text).into_owned()
}

/// The compiler's options for a kernel.
fn options(kernel: &KernelText, target: Target) -> Result<Vec<String>, GpuError> {
    let mut options = vec![
        match target {
            Target::Machine(architecture) => format!("--gpu-architecture=sm_{architecture}"),
            Target::Assembly(architecture) => format!("--gpu-architecture=compute_{architecture}"),
        },
        format!("--fmad={}", kernel.arithmetic == Arithmetic::Contracted),
        "--std=c++17".to_owned(),
    ];
    options.extend(macros(kernel)?.into_iter().map(|(name, value)| format!("--define-macro={name}={value}")));
    if let (Target::Machine(_), Some(registers)) = (target, registers(kernel.workgroup)) {
        options.push(format!("--maxrregcount={registers}"));
    }
    Ok(options)
}

/// How many registers an invocation may have, so that a workgroup of this size can be started; `None` where any number fits.
pub(crate) fn registers(workgroup: u32) -> Option<u32> {
    (workgroup > REGISTERS / 256).then(|| (REGISTERS / workgroup / 8 * 8).max(16))
}

/// The constants that the text mentions, as macros; `workgroup_size` is one of them.
pub(super) fn macros(kernel: &KernelText) -> Result<Vec<(String, String)>, GpuError> {
    const WORKGROUP: &str = "workgroup_size";
    let mut macros = Vec::new();
    let workgroup = (WORKGROUP.to_owned(), f64::from(kernel.workgroup));
    let own = kernel.constants.iter().filter(|constant| constant.0 != WORKGROUP);
    for (name, value) in own.chain([&workgroup]) {
        if !is_name(name) {
            return Err(GpuError::Arguments(format!("{name:?} is no name for a constant: letters, digits and _ only")));
        }
        if !value.is_finite() {
            return Err(GpuError::Arguments(format!(
                "the constant {name} is {value}; only finite numbers can be constants"
            )));
        }
        if words(&kernel.text).any(|word| word.text == name) {
            // A whole number is written as one: what counts something has to be an integer.
            let whole = value.fract() == 0.0 && value.abs() < 1e15 && !(*value == 0.0 && value.is_sign_negative());
            let number = if whole { format!("{value:.0}") } else { format!("{value:?}") };
            macros.push((name.clone(), if *value < 0.0 { format!("({number})") } else { number }));
        }
    }
    macros.sort();
    Ok(macros)
}

/// What a text that has been compiled is found by: a number over all that its code depends on (FNV-1a of 128 bits).
///
/// # Errors
/// [`GpuError::Arguments`] if a constant cannot be one.
pub(crate) fn key(kernel: &KernelText) -> Result<String, GpuError> {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let mut part = |text: &str| {
        for byte in text.bytes().chain([0xff]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    };
    part(&format!("{:?}", kernel.arithmetic));
    for (name, value) in macros(kernel)? {
        part(&name);
        part(&value);
    }
    part(&kernel.text);
    Ok(format!("{hash:032x}"))
}

/// The compiler's messages, with the lines counted from where the caller's text begins.
fn refused(kernel: &KernelText, log: &str) -> GpuError {
    let lines = |text: &Range<usize>| {
        let before = |end: usize| kernel.text.get(..end).unwrap_or_default().matches('\n').count();
        before(text.start)..=before(text.end)
    };
    let written = lines(&kernel.written);
    let message = log.trim_end().lines().map(|line| {
        let place =
            line.strip_prefix(NAME).and_then(|rest| rest.strip_prefix('(')).and_then(|rest| rest.split_once(')'));
        match place.and_then(|(number, rest)| Some((number.parse::<usize>().ok()?.checked_sub(1)?, rest))) {
            Some((number, rest)) if written.contains(&number) => format!("line {}{rest}", number - written.start() + 1),
            Some((number, rest)) => format!("line {} of the text around it{rest}", number + 1),
            None => line.to_owned(),
        }
    });
    GpuError::Kernel(message.collect::<Vec<_>>().join("\n").replace(&format!("\"{NAME}\""), "the text"))
}

/// The parameters of a text's kernel.
///
/// # Errors
/// [`GpuError::Kernel`] if there is no such kernel, or a parameter has a type that the interfaces do not know.
pub(crate) fn parameters(kernel: &KernelText) -> Result<Vec<Parameter>, GpuError> {
    let text = without_comments(&kernel.text);
    let entry = &kernel.entry;
    let missing = || {
        GpuError::Kernel(format!(
            "there is no kernel {entry} in the text: extern \"C\" __global__ void {entry}(...) begins one"
        ))
    };
    let mut head = 0;
    for word in words(&text) {
        // What stands before the name belongs to it from the end of what came before.
        let before = &text[head..word.place.start];
        head = before.rfind([';', '}']).map_or(head, |end| head + end + 1);
        let rest = text[word.place.end..].trim_start();
        let global = || words(&text[head..word.place.start]).any(|word| word.text == "__global__");
        if word.text != entry || !rest.starts_with('(') || !global() {
            continue;
        }
        let block = text[..head].contains("extern \"C\" {");
        if !block && !text[head..word.place.start].contains("extern \"C\"") {
            return Err(GpuError::Kernel(format!(
                "the kernel {entry} needs extern \"C\" before it, so that it keeps its name"
            )));
        }
        let end = rest.find(')').ok_or_else(missing)?;
        let list = rest[1..end].trim();
        if list.is_empty() || list == "void" {
            return Ok(Vec::new());
        }
        return signature::parse(&renamed(list, &typedefs(&text)), |_| Ok(()));
    }
    Err(missing())
}

/// Names that the text gives to numbers: `typedef double real;`.
fn typedefs(text: &str) -> Vec<(&str, Scalar)> {
    let all: Vec<_> = words(text).collect();
    let definitions = all.windows(3).filter(|three| three[0].text == "typedef");
    let number = |name: &str| Scalar::ALL.into_iter().find(|scalar| scalar.c() == name);
    definitions.filter_map(|three| Some((three[2].text, number(three[1].text)?))).collect()
}

/// A list of parameters with the names of the types that the interfaces know.
fn renamed(list: &str, typedefs: &[(&str, Scalar)]) -> String {
    let mut renamed = String::new();
    let mut done = 0;
    for word in words(list) {
        let known = typedefs.iter().find(|(name, _)| *name == word.text);
        renamed.push_str(&list[done..word.place.start]);
        renamed.push_str(known.map_or(word.text, |(_, scalar)| scalar.c()));
        done = word.place.end;
    }
    renamed + &list[done..]
}

/// The text with blanks instead of its comments.
fn without_comments(text: &str) -> Cow<'_, str> {
    if !text.contains("//") && !text.contains("/*") {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("//").into_iter().chain(rest.find("/*")).min() {
        let (before, comment) = rest.split_at(start);
        let end = if comment.starts_with("//") { comment.find('\n') } else { comment.find("*/").map(|end| end + 2) };
        clean.push_str(before);
        clean.push(' ');
        rest = &comment[end.unwrap_or(comment.len())..];
    }
    Cow::Owned(clean + rest)
}

/// A name or a number, and where it stands.
struct Word<'a> {
    text: &'a str,
    place: Range<usize>,
}

fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(inside)?;
        let end = text[start..].find(|letter| !inside(letter)).map_or(text.len(), |length| start + length);
        from = end;
        Some(Word { text: &text[start..end], place: start..end })
    })
}

fn is_name(name: &str) -> bool {
    words(name).next().is_some_and(|word| word.text == name) && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// The language of all that is here.
pub(crate) const LANGUAGE: Language = Language::Cuda;
