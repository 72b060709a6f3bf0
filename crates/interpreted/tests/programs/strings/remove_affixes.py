print("TestHook".removeprefix("Test"), "BaseTestCase".removeprefix("Test"), "abc".removeprefix(""), "aaa".removeprefix("a"), "abc".removeprefix("abc"))
print("MiscTests".removesuffix("Tests"), "TmpDirMixin".removesuffix("Tests"), "abc".removesuffix(""), "aaa".removesuffix("a"), "a".removesuffix("abc"))
try:
    "abc".removeprefix(("a", "b"))
except TypeError as error:
    print(error)
