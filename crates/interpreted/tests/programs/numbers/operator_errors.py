def show(error):
    print(error)


pairs = [(1, "a"), ("a", 1), ([1], (1,)), (None, 1), ({}, 1), (1j, "x"), (1.5, None), ({1}, [1])]
for a, b in pairs:
    try:
        a + b
    except TypeError as error:
        show(error)
    try:
        a - b
    except TypeError as error:
        show(error)
    try:
        a * b
    except TypeError as error:
        show(error)
    try:
        a / b
    except TypeError as error:
        show(error)
    try:
        a ** b
    except TypeError as error:
        show(error)
    try:
        a // b
    except TypeError as error:
        show(error)
    try:
        a & b
    except TypeError as error:
        show(error)
