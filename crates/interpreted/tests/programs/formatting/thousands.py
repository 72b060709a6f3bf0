for n in (0, 999, 1000, 12345, 1234567, -1000, -999999, 10 ** 15):
    print(f"{n:,} {n:_} {n:15,} {n:<15,}| {n:015,} {n:+,} {float(n):,.1f} {float(n):_.2f} {float(n):020,.2f}")
for n in (0xFFFF, 0xDEADBEEF, 5):
    print(f"{n:_x} {n:_b} {n:_o} {n:#_x} {n:020_x} {n:#022_b}")
