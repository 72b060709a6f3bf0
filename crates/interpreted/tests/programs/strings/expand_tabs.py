for text in ("a\tb", "ab\tc\td", "\t", "12345678\t9", "a\nbc\td", "a\rb\tc"):
    print(repr(text.expandtabs()), repr(text.expandtabs(4)), repr(text.expandtabs(0)), repr(text.expandtabs(tabsize=3)), repr(text.expandtabs(-1)))
