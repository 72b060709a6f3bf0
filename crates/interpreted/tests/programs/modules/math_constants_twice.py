from math import ceil, copysign, e, fabs, floor, frexp, inf, isfinite, isinf, isnan, modf, nan, pi, tau, trunc

print(pi * 2 == tau, e, inf > 1e308, nan != nan, ceil(pi), floor(e), trunc(-pi), fabs(-tau))
print([copysign(x, -1) for x in (0, 1.5, inf)], frexp(pi), frexp(0), frexp(-1e-310), frexp(inf), modf(-inf), modf(1e300), floor(-0.0), ceil(-0.5), ceil(10 ** 30), floor(2 ** 60 + 0.5))
print([isfinite(x) for x in (1, inf, nan)], [isinf(x) for x in (1, -inf, nan)], [isnan(x) for x in (1, inf, nan)])
