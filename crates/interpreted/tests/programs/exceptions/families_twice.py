kinds = [ArithmeticError, FloatingPointError, OverflowError, AssertionError, AttributeError, BufferError, EOFError, ImportError, ModuleNotFoundError, LookupError, MemoryError, NameError, UnboundLocalError, OSError, FileNotFoundError, PermissionError, TimeoutError, FileExistsError, ReferenceError, RuntimeError, NotImplementedError, RecursionError, StopIteration, StopAsyncIteration, SyntaxError, IndentationError, TabError, SystemError, TypeError, ValueError, UnicodeError, Warning]
for kind in kinds:
    try:
        raise kind
    except Exception as error:
        print(kind, repr(error), str(error) == "", isinstance(error, (ArithmeticError, LookupError, OSError)), isinstance(error, ValueError))
for kind in (UserWarning, RuntimeWarning, DeprecationWarning):
    print(kind, isinstance(kind(), Warning), isinstance(kind(), UserWarning), repr(kind("a")))
for kind in (KeyboardInterrupt, SystemExit, GeneratorExit, BaseException):
    try:
        raise kind(1)
    except Exception:
        print("never")
    except BaseException as error:
        print(repr(error), isinstance(error, Exception))
