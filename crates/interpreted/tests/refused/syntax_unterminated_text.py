# expect: 3: SyntaxError: unterminated string literal (detected at line 3)
print("never")
print("text)
