def run(n):
    a = b = c = d = 0
    for i in range(-n, n):
        a += i // 7 + i // -7
        b += i % 7 - i % -7
        c ^= i << 3 | i >> 2
        d += (i & 0xFF) - (~i & 0xF) + (i > 0) - (i == 5) + (not i)
    return a, b, c, d


print(run(500))


def bits(n):
    count = 0
    for i in range(n):
        while i:
            count += i & 1
            i >>= 1
    return count


print(bits(1000))


def booleans(n):
    a = True
    flips = 0
    for i in range(n):
        a = not a if i % 3 else a and i > 5
        flips += a
    return a, flips, a + 1


print(booleans(1000))
