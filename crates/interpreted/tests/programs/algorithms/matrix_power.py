def multiply(a, b):
    return tuple(tuple(sum(a[i][k] * b[k][j] for k in range(2)) for j in range(2)) for i in range(2))


def power(m, n):
    result = ((1, 0), (0, 1))
    while n:
        if n & 1:
            result = multiply(result, m)
        m = multiply(m, m)
        n >>= 1
    return result


for n in (1, 10, 90, 91, 92, 93, 100, 500):
    print(n, power(((1, 1), (1, 0)), n)[0][1])
