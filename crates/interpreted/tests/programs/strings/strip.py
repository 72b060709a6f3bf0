text = "  xx hello xx\t\n"
print([text.strip(), text.lstrip(), text.rstrip(), text.strip(" \t\nx"), text.strip(None), text.strip("")])
print(["xyzzy".strip("xy"), "xyzzy".lstrip("xyz"), "xyzzy".rstrip("yz"), "mississippi".strip("ims"), "abc".strip("abc")])
print(["\u3000a\u00a0".strip(), "\x1ca\x1f".strip(), "".strip(), "   ".strip(), "www.example.com".strip("cmowz.")])
try:
    text.strip(1)
except TypeError as error:
    print(error)
