# expect: 3: with
print("never")
with open("file.txt") as f:
    print(f)
