total = 0
for item in [1, 2.5, "three"]:
    total = total + item
    print(total)
