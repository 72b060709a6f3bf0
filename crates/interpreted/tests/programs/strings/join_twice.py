rows = [[1, 2, 3], [4, 5, 6]]
print("\n".join(" ".join(f"{cell:3}" for cell in row) for row in rows))
print("ab".join("xyz").join(["1", "2"]), "\t".join(["a", "b"]).split("\t"))
