total = 0.0
for _ in range(10):
    total += 0.1
print(total, total == 1.0, sum([0.1] * 10), 0.1 * 10)
x = 1.0
while 1.0 + x / 2 != 1.0:
    x /= 2
print(x)
print(0.1 + 0.2 - 0.3, 1e16 + 1, 1e16 + 2, (1e16 + 1) - 1e16)
