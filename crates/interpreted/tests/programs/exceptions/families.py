families = [
    (ArithmeticError, (ZeroDivisionError, OverflowError, FloatingPointError)),
    (LookupError, (IndexError, KeyError)),
    (OSError, (FileNotFoundError, PermissionError, TimeoutError, ConnectionError, FileExistsError, IsADirectoryError, NotADirectoryError, InterruptedError, BlockingIOError, ChildProcessError, ProcessLookupError)),
    (ConnectionError, (BrokenPipeError, ConnectionResetError, ConnectionRefusedError, ConnectionAbortedError)),
    (ImportError, (ModuleNotFoundError,)),
    (NameError, (UnboundLocalError,)),
    (RuntimeError, (RecursionError, NotImplementedError)),
    (SyntaxError, (IndentationError, TabError)),
    (ValueError, (UnicodeError,)),
    (Warning, (BytesWarning, DeprecationWarning, EncodingWarning, FutureWarning, ImportWarning, PendingDeprecationWarning, ResourceWarning, RuntimeWarning, SyntaxWarning, UnicodeWarning, UserWarning)),
    (Exception, (AssertionError, AttributeError, BufferError, EOFError, MemoryError, ReferenceError, StopIteration, StopAsyncIteration, SystemError, TypeError, Warning, LookupError)),
    (BaseException, (Exception, KeyboardInterrupt, SystemExit, GeneratorExit)),
]
for parent, children in families:
    for child in children:
        try:
            raise child("text")
        except parent as error:
            print(repr(error), isinstance(error, Exception), isinstance(error, parent), error.args)
for kind in (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError):
    print(kind, kind is UnicodeError)
