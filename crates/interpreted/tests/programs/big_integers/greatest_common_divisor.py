def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


print(gcd(2 ** 100, 6 ** 50), gcd(10 ** 30, 15 ** 20), gcd(0, 10 ** 25), gcd(10 ** 25 + 1, 10 ** 24 + 7))
x, y = 1, 1
for _ in range(50):
    x, y = x + 2 * y, x + y
print(x, y, x * x - 2 * y * y, x / y)
