import math

print(math.pi, math.e, math.tau, math.inf, -math.inf, math.nan)
for x in (2.5, -2.5, 2, -0.5, 1e20, 0.0, -0.0, True):
    print(x, math.floor(x), math.ceil(x), math.trunc(x), math.fabs(x), math.modf(x), math.frexp(x), math.copysign(1, x))
print(math.isnan(math.nan), math.isinf(-math.inf), math.isfinite(1e308), math.isnan(1), math.isinf(10 ** 300), math.isfinite(math.nan))
for f in (math.floor, math.ceil, math.trunc):
    for bad in (math.inf, math.nan, "a", 1j):
        try:
            print(f(bad))
        except (OverflowError, ValueError, TypeError) as error:
            print(error)
