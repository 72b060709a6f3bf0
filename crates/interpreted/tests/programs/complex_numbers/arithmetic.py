a = 1 + 2j
b = 3 - 1j
print(a + b, a - b, a * b, a / b)
print(a + 1, 1 + a, a - 1.5, 1.5 - a, a * 2, 2 * a, a / 2, 2 / a, True + a)
print(a == b, a != b, a == complex(1, 2), a * 0, a * -1, a / 1j, 1 / 1j)
a += 1
a *= 1j
a -= 2j
a /= 2
print(a)
