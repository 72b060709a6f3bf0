def twice(f, x):
    return f(f(x))


def increment(x):
    return x + 1


operations = {"inc": increment, "square": lambda x: x * x, "abs": abs}
for name, operation in operations.items():
    print(name, operation(-3), twice(operation, -3))
f = increment
print(f is increment, f == increment, f != twice, [g(5) for g in (increment, float, str, bool)])
functions = [increment, lambda: 5, len]
print(functions[0](1), functions[1](), functions[2]("abc"), (increment if True else len)(2))
print(bool(increment), increment in functions, {increment: 1}[f])
