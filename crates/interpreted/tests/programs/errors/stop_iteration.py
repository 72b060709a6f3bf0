def f():
    raise StopIteration("by hand")


f()
