from math import comb, factorial, fsum, gcd, isqrt, lcm, perm, prod

print([[comb(n, k) for k in range(n + 1)] for n in range(6)], factorial(30), gcd(2 ** 40, 6 ** 20), lcm(*range(1, 20)), perm(6, 2), prod(range(1, 10)), prod((2, 0.25, 1j)), fsum(0.1 for _ in range(7)), isqrt(10 ** 20 + 1))
print(fsum([0.1, 0.2, 0.3]) == 0.1 + 0.2 + 0.3, fsum([1, 2, True]), sum([0.1] * 10) == fsum([0.1] * 10))
