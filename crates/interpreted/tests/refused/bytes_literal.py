# expect: 3: bytes
print("never")
print(b"abc")
