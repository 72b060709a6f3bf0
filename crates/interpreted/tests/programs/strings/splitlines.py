text = "one\ntwo\r\nthree\rfour\n\nsix"
print(text.splitlines(), text.splitlines(True), text.splitlines(keepends=True) == text.splitlines(True))
print("".splitlines(), "\n".splitlines(), "a".splitlines(), "a\n".splitlines(), "a\x0bb\x0cc\x1cd\x85e\u2028f".splitlines())
