"""Writes cases.tsv: operations, operands and what CPython gives for them. Run it with Python 3.11."""
import json
import math
import operator
import sys
from array import array
from datetime import datetime, timedelta

EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)
inf, nan = math.inf, math.nan
C, R, S, A = complex, range, slice, array


def D(microseconds):
    return EPOCH + timedelta(microseconds=microseconds)


def T(microseconds):
    return timedelta(microseconds=microseconds)


def show(value):
    """The notation of notation.rs."""
    kind = type(value)
    if kind is str:
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if kind is complex:
        return f"C({value.real!r},{value.imag!r})"
    if kind in (list, tuple):
        opening, closing = "[]" if kind is list else "()"
        return opening + ",".join(map(show, value)) + closing
    if kind is set:
        return "{" + ",".join(map(show, value)) + "}" if value else "{,}"
    if kind is dict:
        return "{" + ",".join(f"{show(key)}:{show(item)}" for key, item in value.items()) + "}"
    if kind in (range, slice):
        return f"{'R' if kind is range else 'S'}({show(value.start)},{show(value.stop)},{show(value.step)})"
    if kind is datetime:
        return f"D({(value - EPOCH) // MICROSECOND})"
    if kind is timedelta:
        return f"T({value // MICROSECOND})"
    if kind is array:
        return f'A("{value.typecode}",{show(value.tolist())})'
    return repr(value)


def changed(change):
    def operate(container, *operands):
        change(container, *operands)
        return container

    return operate


OPERATIONS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": lambda left, right: left ** right, "<<": operator.lshift, ">>": operator.rshift,
    "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge,
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv, "//=": operator.ifloordiv,
    "%=": operator.imod, "**=": operator.ipow, "<<=": operator.ilshift, ">>=": operator.irshift,
    "&=": operator.iand, "|=": operator.ior, "^=": operator.ixor,
    "neg": operator.neg, "pos": operator.pos, "inv": operator.inv, "bool": bool,
    "in": lambda item, container: item in container, "len": len, "get": operator.getitem,
    "set": changed(operator.setitem), "del": changed(operator.delitem),
    "pow": pow, "divmod": divmod, "abs": abs, "round": round, "int": int, "float": float, "complex": complex,
}


def row(operation, *operands):
    written = [show(operand) for operand in operands]
    try:
        result = show(OPERATIONS[operation](*operands))
    except Exception as error:
        result = f"!{type(error).__name__} {show(error.args)}"
    return "\t".join([operation, *written, result])


def main():
    with open(sys.argv[1], encoding="utf-8") as cases, open(sys.argv[2], "w", encoding="utf-8") as table:
        for case in cases:
            if case.strip() and not case.startswith("#"):
                table.write(row(*eval(f"({case.strip()},)")) + "\n")


if __name__ == "__main__":
    main()
