"""Writes set_orders.txt: what CPython 3.11 makes of random operations on sets. Run with PYTHONHASHSEED=0.

A line is a list of operations, then the order of the set after them. A value is written as a letter and its parts:
i int, f float (bits), c complex (two floats' bits), b bool, s string, ( ... ) tuple.
"""
import random
import struct
import sys

random.seed(20110607)


def bits(number):
    return "%016x" % struct.unpack("<Q", struct.pack("<d", number))[0]


def written(value):
    if isinstance(value, bool):
        return "b%d" % value
    if isinstance(value, int):
        return "i%d" % value
    if isinstance(value, float):
        return "f" + bits(value)
    if isinstance(value, complex):
        return "c" + bits(value.real) + bits(value.imag)
    if isinstance(value, str):
        return "s" + value
    return "( " + "".join(written(item) + " " for item in value) + ")"


def draw(kind, width):
    kind = random.choice("ifctbs") if kind == "m" else kind
    if kind == "i":
        return random.choice([1, -1]) * random.randrange(width) if random.random() < 0.9 else random.randrange(-10**30, 10**30)
    if kind == "p":
        return random.randrange(width)
    if kind == "k":
        return random.randrange(width) << 20
    if kind == "f":
        return random.choice([random.random() * width, float(random.randrange(width)), 1e300 * random.random(), 5e-324, float("inf"), -random.random()])
    if kind == "c":
        return complex(random.randrange(width), random.choice([0.0, 0.5, -2.0]))
    if kind == "b":
        return random.random() < 0.5
    if kind == "s":
        return "".join(random.choice("abcxyz_0189äñ€語😀") for _ in range(random.randrange(9)))
    return tuple(draw(random.choice("ifbst"), 5) for _ in range(random.randrange(4)))


def some(kind, width, most):
    return [draw(kind, width) for _ in range(random.randrange(most))]


def line():
    kind = random.choice("iipkftmmcs")
    width = random.choice([4, 20, 100, 1000, 10**9])
    most = random.choice([5, 5, 8, 12, 30, 90])
    known, parts = set(), []
    for _ in range(random.randrange(1, 12)):
        name = random.choice(["add", "add", "add", "discard", "discard", "pop", "copy", "clear", "items", "dict"] + ["or", "and", "sub", "xor", "ior", "iand", "isub", "ixor"])
        items = some(kind, width, most)
        if name in ("discard",) and known:
            items = random.sample(list(known), random.randrange(len(known)))
        if name not in ("add", "discard", "pop", "copy", "clear", "items", "dict") and known and random.random() < 0.7:
            items += random.sample(list(known), random.randrange(len(known)))
        other = set(items)
        if name == "clear" and random.random() < 0.8:
            continue
        if name == "add":
            for item in items:
                known.add(item)
        elif name == "discard":
            for item in items:
                known.discard(item)
        elif name == "pop":
            items = [0] * random.randrange(len(known) + 1) if random.random() < 0.5 else []
            for _ in items:
                known.pop()
        elif name == "copy":
            items = []
            known = known.copy()
        elif name == "clear":
            items = []
            known.clear()
        elif name == "items":
            known = known.symmetric_difference(items)
        elif name == "dict":
            known.update(dict.fromkeys(items))
        elif name == "or":
            known = known | other
        elif name == "and":
            known = known & other
        elif name == "sub":
            known = known - other
        elif name == "xor":
            known = known ^ other
        elif name == "ior":
            known |= other
        elif name == "iand":
            known &= other
        elif name == "isub":
            known -= other
        elif name == "ixor":
            known ^= other
        parts.append(name + " " + "".join(written(item) + " " for item in items))
    return "; ".join(parts) + "= " + " ".join(written(item) for item in known)


def constants():
    items = some(random.choice("ifct"), 100, 40) + [1, 2, 3]
    known = eval("{" + ", ".join(repr(item).replace("inf", "1e999") for item in items) + "}")
    return "constants " + "".join(written(item) + " " for item in items) + "= " + " ".join(written(item) for item in known)


with open(sys.argv[1], "w", encoding="utf-8") as file:
    for _ in range(320):
        file.write(line() + "\n")
    for _ in range(40):
        file.write(constants() + "\n")
