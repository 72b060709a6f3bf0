print({0.5, 1.5, 2.5}, {0.1, 0.2, 0.3}, {1.0, 0.5, 2}, {-0.5, 0.5, 1e300, 1e-300}, {3.0, 1, 2.0})
s = {n / 4 for n in range(12)}
print(s)
s.discard(0.25)
s |= {100.25, -7.75}
print(s, sum(s))
print({float("inf"), 1.5, float("-inf")}, {1j, 2j, 1 + 1j}, {2.5 + 1j, -1j, 3})
