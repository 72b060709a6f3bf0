# expect: 3: raise ValueError(
print("never")
raise ValueError, "text"
