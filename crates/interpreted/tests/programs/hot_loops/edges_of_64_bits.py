low = -(2 ** 63)
high = 2 ** 63 - 1


def run(a, b, n):
    results = []
    for i in range(n):
        x = a + i
        if i >= n - 3:
            results.append((-x, abs(x), x // b, x % b, x * b, x - b, ~x, x & high))
    return results


print(run(low - 997, -1, 1000))
print(run(high - 998, -1, 1000))
print(run(low, high, 1000))
