from math import cbrt, dist, exp, exp2, expm1, hypot, isqrt, ldexp, log, log10, log1p, log2, pow, sqrt

print([sqrt(n) for n in range(6)], [isqrt(n) for n in (1, 2, 99, 2 ** 64)], [round(cbrt(n), 12) for n in (1, 64, 10)])
print(exp(0.5), exp2(10), expm1(-0.5), log(10), log(10, 2), log(0.5), log2(10), log10(5), log1p(0.5), log1p(-0.5), pow(10, -2), pow(2, 1023), ldexp(3, 4), hypot(1, 1), hypot(0.1, 0.2), dist((1, 2, 3), (4, 5, 6)))
print([exp(log(x)) for x in (0.1, 1, 5, 1e10)], [sqrt(x) ** 2 == x for x in (1, 2, 3, 4)], [hypot(x, x + 1) for x in range(5)])
