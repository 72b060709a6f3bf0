import cmath


def transform(x):
    n = len(x)
    if n == 1:
        return x
    even, odd = transform(x[::2]), transform(x[1::2])
    twiddled = [cmath.exp(-2j * cmath.pi * k / n) * odd[k] for k in range(n // 2)]
    return [even[k] + twiddled[k] for k in range(n // 2)] + [even[k] - twiddled[k] for k in range(n // 2)]


for value in transform([1, 2, 3, 4, 0, 0, 0, 0]):
    print(f"{value:.6f} {abs(value):.6f} {cmath.phase(value):+.6f}")
