a = {i * i for i in range(12)}
b = set(range(0, 100, 7))
print(a, b)
print(a | b, b | a, a & b, b & a)
print(a - b, b - a, a ^ b, b ^ a)
c = a | b
c -= b
print(c)
c ^= b
print(c)
c &= set(range(50))
print(c)
print(set(list(a)[::-1]), set(sorted(b, reverse=True)))
