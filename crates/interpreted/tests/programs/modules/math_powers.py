import math

print([math.sqrt(x) for x in (0, 2, 4.0, 1e-300, 2 ** 100, math.inf)], [round(math.cbrt(x), 12) for x in (27, -8, 0.001, 2)], [math.isqrt(x) for x in (0, 15, 16, 10 ** 40, 10 ** 40 - 1)])
print([math.exp(x) for x in (0, 1, -1, 700, -800)], [math.exp2(x) for x in (3, 0.5, -1)], [math.expm1(x) for x in (0, 1e-10, 1)], [math.pow(x, 3) for x in (2, -2, 0.1)], math.pow(2, 0.5), math.pow(0, 0), math.pow(-8, 3), math.pow(1, math.nan))
print([math.log(x) for x in (1, 2, math.e, 10 ** 400, 1e-300)], math.log(8, 2), math.log(100, 10), math.log(1000, 10), [math.log2(x) for x in (8, 3, 2 ** 1100, 0.1)], [math.log10(x) for x in (1000, 2, 10 ** 500, 1e-5)], [math.log1p(x) for x in (0, 1e-10, 1)])
print(math.ldexp(0.5, 10), math.ldexp(1, -1074), math.ldexp(1, -1080), math.ldexp(-0.0, 5), math.hypot(3, 4), math.hypot(), math.hypot(1, 2, 3), math.hypot(-5), math.hypot(1e200, 1e200), math.dist((0, 0), (3, 4)), math.dist([1], [4.5]))
