//! What the compiler refuses before anything runs.

use crate::source::tree::{Name, Parameters, Range, Target, TargetKind};
use crate::source::{ErrorKind, SourceError, SourceFile};

/// What is refused, and where it stands.
#[derive(Debug)]
pub(super) struct Refused {
    kind: ErrorKind,
    message: String,
    range: Range,
}

impl Refused {
    /// Something that CPython refuses too.
    pub(super) fn syntax(message: String, range: Range) -> Refused {
        Refused { kind: ErrorKind::Syntax, message, range }
    }

    /// Something that this Python does not have.
    fn unsupported(construct: &str, range: Range) -> Refused {
        let message = format!("{construct} is not part of this small Python");
        Refused { kind: ErrorKind::Unsupported, message, range }
    }

    /// More instructions than a code may have.
    pub(super) fn too_large() -> Refused {
        Refused { kind: ErrorKind::Memory, message: String::new(), range: Range::default() }
    }

    /// The error as it is shown.
    pub(super) fn error(self, source: &SourceFile) -> SourceError {
        SourceError::new(self.kind, self.message, source, self.range)
    }
}

/// The built-in names of CPython that this Python does not have.
const BUILTINS: &[&str] = &[
    "BaseExceptionGroup",
    "Ellipsis",
    "ExceptionGroup",
    "NotImplemented",
    "__annotations__",
    "__build_class__",
    "__builtins__",
    "__debug__",
    "__doc__",
    "__import__",
    "__loader__",
    "__package__",
    "__spec__",
    "aiter",
    "anext",
    "ascii",
    "bin",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "copyright",
    "credits",
    "delattr",
    "dir",
    "eval",
    "exec",
    "exit",
    "filter",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "issubclass",
    "iter",
    "license",
    "locals",
    "map",
    "memoryview",
    "next",
    "oct",
    "open",
    "ord",
    "pow",
    "property",
    "quit",
    "setattr",
    "slice",
    "staticmethod",
    "super",
    "type",
    "vars",
];

/// The methods that Python itself calls and this Python does not.
const SPECIAL_METHODS: &[&str] = &[
    "__abs__",
    "__add__",
    "__aenter__",
    "__aexit__",
    "__aiter__",
    "__and__",
    "__anext__",
    "__await__",
    "__bool__",
    "__bytes__",
    "__call__",
    "__ceil__",
    "__cinit__",
    "__class_getitem__",
    "__complex__",
    "__contains__",
    "__dealloc__",
    "__del__",
    "__delattr__",
    "__delete__",
    "__delitem__",
    "__dir__",
    "__divmod__",
    "__enter__",
    "__eq__",
    "__exit__",
    "__float__",
    "__floor__",
    "__floordiv__",
    "__format__",
    "__ge__",
    "__get__",
    "__getattr__",
    "__getattribute__",
    "__getitem__",
    "__gt__",
    "__hash__",
    "__iadd__",
    "__iand__",
    "__ifloordiv__",
    "__ilshift__",
    "__imatmul__",
    "__imod__",
    "__imul__",
    "__index__",
    "__init_subclass__",
    "__instancecheck__",
    "__int__",
    "__invert__",
    "__ior__",
    "__ipow__",
    "__irshift__",
    "__isub__",
    "__iter__",
    "__itruediv__",
    "__ixor__",
    "__le__",
    "__len__",
    "__length_hint__",
    "__lshift__",
    "__lt__",
    "__matmul__",
    "__missing__",
    "__mod__",
    "__mul__",
    "__ne__",
    "__neg__",
    "__new__",
    "__next__",
    "__or__",
    "__pos__",
    "__pow__",
    "__prepare__",
    "__radd__",
    "__rand__",
    "__rdivmod__",
    "__reversed__",
    "__rfloordiv__",
    "__rlshift__",
    "__rmatmul__",
    "__rmod__",
    "__rmul__",
    "__ror__",
    "__round__",
    "__rpow__",
    "__rrshift__",
    "__rshift__",
    "__rsub__",
    "__rtruediv__",
    "__rxor__",
    "__set__",
    "__set_name__",
    "__setattr__",
    "__setitem__",
    "__sub__",
    "__subclasscheck__",
    "__truediv__",
    "__trunc__",
    "__xor__",
];

/// Refuses the first name that is read, bound nowhere in the file, and a built-in of CPython that is missing here.
pub(super) fn names(reads: &[(Name, Range)], bound: impl Fn(&str) -> bool) -> Result<(), Refused> {
    for (name, range) in reads {
        if BUILTINS.binary_search(&&**name).is_ok() && !bound(name) {
            return Err(Refused::unsupported(&format!("'{name}'"), *range));
        }
    }
    Ok(())
}

/// Refuses a method or attribute that would have a meaning in Python and has none here.
pub(super) fn special_method(name: &str, range: Range) -> Result<(), Refused> {
    match SPECIAL_METHODS.binary_search(&name) {
        Ok(_) => Err(Refused::unsupported(&format!("special method '{name}'"), range)),
        Err(_) => Ok(()),
    }
}

/// Refuses more names around a star than an instruction can count, as CPython does.
pub(super) fn long_unpacking(targets: &[Target], range: Range) -> Result<(), Refused> {
    let Some(star) = targets.iter().position(|target| matches!(target.kind, TargetKind::Starred(_))) else {
        return Ok(());
    };
    if star >= 1 << 8 || targets.len() - star > usize::from(u16::MAX) {
        return Err(Refused::syntax("too many expressions in star-unpacking assignment".into(), range));
    }
    Ok(())
}

/// Refuses more defaults than an instruction can count.
pub(super) fn many_defaults(parameters: &Parameters) -> Result<(), Refused> {
    match parameters.positional.get(usize::from(u16::MAX)) {
        Some(parameter) => {
            Err(Refused::unsupported("a function with more than 65535 parameters", parameter.name.range))
        }
        None => Ok(()),
    }
}

/// Refuses more captured variables than an instruction can count.
pub(super) fn many_cells(cells: usize) -> Result<u16, Refused> {
    u16::try_from(cells)
        .map_err(|_| Refused::unsupported("a function with more than 65535 captured variables", Range::default()))
}

/// Modules that CPython has, or that the tutorials import, and this Python has not.
const MODULES: &str = "\
    abc aifc antigravity argparse ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2 \
    cProfile calendar cgi cgitb chunk cmd code codecs codeop collections colorsys compileall concurrent configparser \
    contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses dbm decimal difflib dis distutils doctest \
    email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc \
    genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp \
    importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal \
    mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode \
    operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath \
    pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri re readline reprlib resource \
    rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket \
    socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess \
    sunau symtable sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading timeit tkinter \
    token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu \
    uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib \
    zoneinfo numpy scipy pandas numexpr numba matplotlib pylab IPython PIL Image";

impl Refused {
    /// A module that CPython has and this Python has not.
    pub(super) fn module(name: &str, range: Range) -> Option<Refused> {
        let first = name.split('.').next().unwrap_or(name);
        let known = name.contains('.') || MODULES.split(' ').any(|module| module == first);
        known.then(|| Refused::unsupported(&format!("module '{name}'"), range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_so_that_they_are_found() {
        assert!(BUILTINS.is_sorted());
        assert!(SPECIAL_METHODS.is_sorted());
    }
}
