table = {1j: "i", 1: "one", 2.0: "two"}
print(table[1j], table[1 + 0j], table[2 + 0j], table[0 + 1j])
table[1 + 0j] = "still one"
print(table, len({1, 1.0, 1 + 0j, True}), 1j in table, 2j in table)
print({3 + 0j, 3}, {0j, -0j, 0})
