table = "name=Ann;age=42;motto=a=b"
for entry in table.split(";"):
    key, value = entry.split("=", 1)
    print(key, value, entry.rsplit("=", 1), entry.rsplit("="))
print("x\ty\n z\r\n".split(), "1 2 3".split(maxsplit=-1), "  lead".split(None, 0), "trail  ".rsplit(None, 0))
