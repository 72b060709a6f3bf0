a = 0xFEDCBA9876543210FEDCBA9876543210
b = -0x123456789ABCDEF0123456789
print(a & b, a | b, a ^ b, ~a, ~b)
print(a & -1, a | 0, a ^ a, b & b, b ^ -1, a & 0xFFFF, b & 0xFFFF)
print(-(2 ** 64) & (2 ** 64), -(2 ** 64) | 1, -(2 ** 64) ^ (2 ** 64), -(2 ** 128) & -(2 ** 64))
