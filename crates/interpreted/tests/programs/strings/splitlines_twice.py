poem = """roses
  violets

sugar
"""
for number, line in enumerate(poem.splitlines(), 1):
    print(number, repr(line))
print("".join(poem.splitlines(keepends=True)) == poem, poem.split("\n"))
