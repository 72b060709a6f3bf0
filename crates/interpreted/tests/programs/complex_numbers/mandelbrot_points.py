def escape(c, limit):
    z = 0j
    for iteration in range(limit):
        z = z * z + c
        if abs(z) > 2.0:
            return iteration
    return 0


for y in range(-6, 7):
    print("".join("#" if escape(complex(x / 10, y / 5), 50) == 0 else "." for x in range(-20, 8)))
