x = 10.0
for _ in range(10):
    x = x ** 3
    print(x)
