print(int("12"), int(3.7), float("1e3"), float(2), complex("1j"), complex(2), bool("x"), bool(0), str(1.0), str([1]), list("ab"), list((1,)), tuple([1]), tuple("ab"), dict([(1, 2)]), set([1, 1]), dict(a=1), set("a"))
print(int(), float(), complex(), bool(), str(), list(), tuple(), dict(), set(), int(True), float(False), complex(True))
print(list({1: 2, 3: 4}), tuple({5}), set({7: 8}), list(dict(x=1).items()), tuple(enumerate("a")), list(zip("a", "b")), set(range(3)), dict(zip("ab", range(2))), list(reversed("ab")))
print(int(str(int("0b11", 0))), float(str(0.1)), complex(str(1 + 2j)), str(str(5)), bool(str(False)), int(float("1e3")), complex(str(-0j)))
