raise KeyError("first", 2)
