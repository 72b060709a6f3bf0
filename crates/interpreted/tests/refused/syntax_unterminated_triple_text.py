# expect: 3: SyntaxError: unterminated triple-quoted string literal (detected at line 4)
print("never")
text = """one
two
