a, b = 0, 1
for n in range(300):
    if n % 30 == 0:
        print(n, a)
    a, b = b, a + b
print(a % b, b // a, b - a, a * b)
