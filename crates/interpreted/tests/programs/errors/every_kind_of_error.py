kinds = [ArithmeticError, LookupError, EOFError, MemoryError, OSError, BufferError, ReferenceError]
for kind in kinds:
    try:
        raise kind("caught")
    except kind as error:
        print(repr(error))
raise kinds[0]("uncaught")
