print('single', "double", '''triple''', """also "triple" """)
print("it's", 'say "hi"', 'it\'s', "say \"hi\"", "a\\b", 'tab\there', "new\nline", "bell" "\x07" == "bell\a")
print("\x41\u0042\U00000043\N{LATIN SMALL LETTER D}\101\0601", "\
joined", r"raw\n\t", R'raw\\', r"\"")
print("implicit" " concat" 'enation' r"\n" f"{1 + 1}")
print("""first
second\
 still second
    third""")
print(u"unicode", len("\n"), len(r"\n"), len("\u00e9"), len("\U0001F600"), "\0" == "\x00")
