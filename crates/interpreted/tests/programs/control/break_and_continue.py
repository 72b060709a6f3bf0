for i in range(5):
    if i == 1:
        continue
    for j in range(5):
        if j == 3:
            break
        if j == i:
            continue
        print(i, j, end="; ")
    print()
    if i == 3:
        break
print(i, j)
