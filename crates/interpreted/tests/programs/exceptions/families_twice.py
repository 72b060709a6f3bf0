kinds = [ArithmeticError, FloatingPointError, OverflowError, AssertionError, AttributeError, BufferError, EOFError, ImportError, ModuleNotFoundError, LookupError, MemoryError, NameError, UnboundLocalError, OSError, FileNotFoundError, PermissionError, TimeoutError, ConnectionError, FileExistsError, ReferenceError, RuntimeError, NotImplementedError, RecursionError, StopIteration, StopAsyncIteration, SyntaxError, IndentationError, TabError, SystemError, TypeError, ValueError, UnicodeError, Warning]
for kind in kinds:
    try:
        raise kind
    except Exception as error:
        print(kind, repr(error), str(error) == "", isinstance(error, (ArithmeticError, LookupError, OSError)), isinstance(error, ValueError))
for kind in (IsADirectoryError, NotADirectoryError, InterruptedError, BlockingIOError, ChildProcessError, ProcessLookupError, BrokenPipeError, ConnectionResetError, ConnectionRefusedError, ConnectionAbortedError):
    print(kind, isinstance(kind(), OSError), isinstance(kind(), ConnectionError), repr(kind("a")))
for kind in (KeyboardInterrupt, SystemExit, GeneratorExit, BaseException):
    try:
        raise kind(1)
    except Exception:
        print("never")
    except BaseException as error:
        print(repr(error), isinstance(error, Exception))
for kind in (BytesWarning, DeprecationWarning, EncodingWarning, FutureWarning, ImportWarning, PendingDeprecationWarning, ResourceWarning, RuntimeWarning, SyntaxWarning, UnicodeWarning, UserWarning):
    print(kind, isinstance(kind(), Warning), isinstance(kind(), UserWarning), repr(kind("a")))
for name in ["ä", 3]:
    try:
        print(int(name))
    except (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError) as error:
        print("never", error)
    except ValueError as error:
        print(error)
