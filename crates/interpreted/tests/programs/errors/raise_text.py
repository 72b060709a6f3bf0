if True:
    raise ValueError("a value that is\nof two lines")
