count = 0
for a in range(1, 30):
    for b in range(a, 30):
        c = a
        while c * c < a * a + b * b:
            c += 1
        if c * c == a * a + b * b:
            print((a, b, c), end=" ")
            count += 1
            if count == 8:
                break
    else:
        continue
    break
print(count)
