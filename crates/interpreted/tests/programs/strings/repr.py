for text in ("plain", "it's", 'say "hi"', "both ' and \"", "tab\t", "new\nline", "back\\slash", "\r\0\x07\x1b\x7f", "é", "日本", "\x80\xa0\xad", "\u200b\u2028\ufeff", "\U0001F600", "\ue000", ""):
    print(repr(text))
print(["it's", 'a"b', "\n"], ("\\",), {"k\t": "v'"})
