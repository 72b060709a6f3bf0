def root(value):
    guess = value
    for _ in range(60):
        guess = (guess + value / guess) / 2
    return guess


for value in (2, 3.0, 10, 1e10, 1e-10):
    print(value, root(value), root(value) ** 2)
