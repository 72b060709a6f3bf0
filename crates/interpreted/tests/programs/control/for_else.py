for n in range(2, 15):
    for d in range(2, n):
        if n % d == 0:
            print(n, "=", d, "*", n // d)
            break
    else:
        print(n, "is prime")
for x in []:
    print("never")
else:
    print("empty")
for x in [1, 2, 3]:
    if x == 2:
        continue
    print(x)
else:
    print("all", x)
