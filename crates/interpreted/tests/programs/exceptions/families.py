families = [
    (ArithmeticError, (ZeroDivisionError, OverflowError, FloatingPointError)),
    (LookupError, (IndexError, KeyError)),
    (OSError, (FileNotFoundError, PermissionError, TimeoutError, FileExistsError)),
    (ImportError, (ModuleNotFoundError,)),
    (NameError, (UnboundLocalError,)),
    (RuntimeError, (RecursionError, NotImplementedError)),
    (SyntaxError, (IndentationError, TabError)),
    (ValueError, (UnicodeError,)),
    (Warning, (DeprecationWarning, RuntimeWarning, UserWarning)),
    (Exception, (AssertionError, AttributeError, BufferError, EOFError, MemoryError, ReferenceError, StopIteration, StopAsyncIteration, SystemError, TypeError, Warning, LookupError)),
    (BaseException, (Exception, KeyboardInterrupt, SystemExit, GeneratorExit)),
]
for parent, children in families:
    for child in children:
        try:
            raise child("text")
        except parent as error:
            print(repr(error), isinstance(error, Exception), isinstance(error, parent), error.args)
