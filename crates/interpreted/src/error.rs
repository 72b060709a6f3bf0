//! Exceptions: their classes, and how one is raised from Rust.

use crate::heap::Heap;
use crate::objects::Exception;
use crate::value::{Ref, Value};

/// What a function of the interpreter gives: a result, or an exception that is on its way to a handler.
pub type Outcome<T> = Result<T, Raised>;

/// An exception that is on its way to a handler.
#[derive(Clone, Copy, Debug)]
pub struct Raised(pub Ref<Exception>);

macro_rules! exceptions {
    ($($name:ident: $base:ident),* $(,)?) => {
        /// A built-in class of exceptions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "each is Python's class of that name")]
        pub enum ExceptionKind {
            $($name),*
        }

        impl ExceptionKind {
            /// All of them, bases before what is derived from them.
            pub const ALL: &[ExceptionKind] = &[$(ExceptionKind::$name),*];

            /// The name as Python prints it.
            pub fn name(self) -> &'static str {
                match self {
                    $(ExceptionKind::$name => stringify!($name)),*
                }
            }

            /// The class that it is derived from; `BaseException` is its own.
            pub fn base(self) -> ExceptionKind {
                match self {
                    $(ExceptionKind::$name => ExceptionKind::$base),*
                }
            }
        }
    };
}

exceptions! {
    BaseException: BaseException,
    Exception: BaseException,
    SystemExit: BaseException,
    KeyboardInterrupt: BaseException,
    GeneratorExit: BaseException,
    ArithmeticError: Exception,
    AssertionError: Exception,
    AttributeError: Exception,
    BufferError: Exception,
    EOFError: Exception,
    ImportError: Exception,
    LookupError: Exception,
    MemoryError: Exception,
    NameError: Exception,
    OSError: Exception,
    ReferenceError: Exception,
    RuntimeError: Exception,
    StopIteration: Exception,
    StopAsyncIteration: Exception,
    SyntaxError: Exception,
    SystemError: Exception,
    TypeError: Exception,
    ValueError: Exception,
    Warning: Exception,
    FloatingPointError: ArithmeticError,
    OverflowError: ArithmeticError,
    ZeroDivisionError: ArithmeticError,
    ModuleNotFoundError: ImportError,
    IndexError: LookupError,
    KeyError: LookupError,
    UnboundLocalError: NameError,
    FileExistsError: OSError,
    FileNotFoundError: OSError,
    BlockingIOError: OSError,
    ChildProcessError: OSError,
    ConnectionError: OSError,
    InterruptedError: OSError,
    IsADirectoryError: OSError,
    NotADirectoryError: OSError,
    PermissionError: OSError,
    ProcessLookupError: OSError,
    TimeoutError: OSError,
    BrokenPipeError: ConnectionError,
    ConnectionAbortedError: ConnectionError,
    ConnectionRefusedError: ConnectionError,
    ConnectionResetError: ConnectionError,
    NotImplementedError: RuntimeError,
    RecursionError: RuntimeError,
    IndentationError: SyntaxError,
    TabError: IndentationError,
    UnicodeError: ValueError,
    UnicodeDecodeError: UnicodeError,
    UnicodeEncodeError: UnicodeError,
    UnicodeTranslateError: UnicodeError,
    BytesWarning: Warning,
    DeprecationWarning: Warning,
    EncodingWarning: Warning,
    FutureWarning: Warning,
    ImportWarning: Warning,
    PendingDeprecationWarning: Warning,
    ResourceWarning: Warning,
    RuntimeWarning: Warning,
    SyntaxWarning: Warning,
    UnicodeWarning: Warning,
    UserWarning: Warning,
}

impl ExceptionKind {
    /// Whether this class is `other` or derived from it.
    pub fn is_a(self, other: ExceptionKind) -> bool {
        let mut class = self;
        loop {
            if class == other {
                return true;
            }
            if class == class.base() {
                return false;
            }
            class = class.base();
        }
    }
}

impl Heap {
    /// An exception of a built-in class with one argument, its text, ready to be returned as `Err`.
    #[cold]
    pub fn raise(&mut self, kind: ExceptionKind, text: impl Into<Box<str>>) -> Raised {
        let text = self.text(text.into());
        self.raise_with(kind, vec![text])
    }

    /// An exception of a built-in class with the given arguments.
    #[cold]
    pub fn raise_with(&mut self, kind: ExceptionKind, arguments: Vec<Value>) -> Raised {
        Raised(self.allocate(Exception::new(Value::ExceptionType(kind), arguments)))
    }

    /// A `TypeError`.
    #[cold]
    pub fn type_error(&mut self, text: impl Into<Box<str>>) -> Raised {
        self.raise(ExceptionKind::TypeError, text)
    }

    /// A `ValueError`.
    #[cold]
    pub fn value_error(&mut self, text: impl Into<Box<str>>) -> Raised {
        self.raise(ExceptionKind::ValueError, text)
    }
}
