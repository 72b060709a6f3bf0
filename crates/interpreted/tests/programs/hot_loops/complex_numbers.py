def orbit(c, n):
    z = 0j
    for i in range(n):
        z = z * z + c
        if abs(z) > 2.0:
            return i, z
    return n, z


for c in (0.25 + 0j, -0.75 + 0.1j, -1 + 0j, 0.3 + 0.5j, 1j, -2 + 0j, 0.26, -1.5, 1):
    print(orbit(c, 1000))


def mixed(n):
    z = 1
    for i in range(n):
        if i == 500:
            z = z + 0.5
        if i == 700:
            z = z * 1j
        z = z + 1
    return z, z.real, z.imag


print(mixed(1000))
