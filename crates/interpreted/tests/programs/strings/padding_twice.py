rows = [("apples", 3), ("kiwis", 12), ("watermelons", 100)]
for name, amount in rows:
    print(name.ljust(12, ".") + str(amount).rjust(5) + "|" + name.center(15) + "|" + str(amount).zfill(4))
print("-7".zfill(4), "é".rjust(3, "☕"), "abc".ljust(2), "even".center(7, "-"), "odd".center(6, "-"))
