a = 7
a += 3
a -= 1
a *= 4
a //= 5
a **= 3
a %= 100
a <<= 2
a >>= 1
a |= 1
a &= 0xFE
a ^= 0xFF
print(a)
a /= 4
print(a)
b = 2 ** 62
b += b
b *= 2
print(b)
c = 1.5
c //= 0.4
c **= 2
c %= 4
print(c)
