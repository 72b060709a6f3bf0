# expect: 3: open
print("never")
print(open("file.txt").read())
