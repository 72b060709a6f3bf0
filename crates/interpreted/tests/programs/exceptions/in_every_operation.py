def check(name, action):
    try:
        print(name, action())
    except Exception as error:
        print(name, repr(error))


check("index", lambda: "abc"[5])
check("key", lambda: {1: 2}[3])
check("attribute", lambda: "abc".nothing)
check("unpack", lambda: [a for a, b in [(1,)]])
check("call", lambda: (lambda text: text())("abc"))
check("iterate", lambda: [x for x in 5])
check("compare", lambda: 1 < "2")
check("hash", lambda: {[]: 1})
check("overflow", lambda: 2.0 ** 5000)
check("convert", lambda: int("1.5"))
check("format", lambda: "%d" % "x")
check("contains", lambda: 1 in 5)
check("multiply", lambda: "a" * "b")
check("slice", lambda: [1][::0])
check("division", lambda: 5 % 0)
check("encode", lambda: float("1,5"))
check("max", lambda: max(()))
check("pop", lambda: [].pop())
check("remove", lambda: [1].remove(2))
check("star", lambda: max(*5))
check("assert", lambda: abs("x"))
