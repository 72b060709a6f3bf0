files = ["a.py", "b.txt", "test_c.py", "README", ".hidden.py"]
print([name for name in files if name.endswith(".py") and not name.startswith((".", "test_"))])
print([name.startswith("test", 0, 3) for name in files], sum(name.endswith("t", 1) for name in files))
