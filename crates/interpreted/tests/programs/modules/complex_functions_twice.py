import cmath
from cmath import acos, acosh, asin, asinh, atan, atanh, cos, cosh, e, exp, inf, infj, isclose, isfinite, isinf, isnan, log, log10, nan, nanj, phase, pi, polar, rect, sin, sinh, sqrt, tan, tanh, tau

print(sqrt(-1), sqrt(-4 - 0j), sqrt(complex(-4, -0.0)), exp(1j * pi), log(-1), log10(1000), log10(-100j), sin(1j), cos(1j), tan(1j), sinh(1j), cosh(1j), tanh(1j))
print(asin(2), acos(2), atan(0.5j), asinh(2j), acosh(0.5), atanh(2), phase(-1 - 0j), polar(1j), rect(*polar(1 + 1j)), tau - 2 * pi, e, inf, nan, infj, nanj)
print(isclose(exp(log(3 + 4j)), 3 + 4j), isfinite(infj), isinf(nanj), isnan(complex(1, nan)), cmath.sqrt(2), sqrt(1e300 + 1e300j), exp(-1000), phase(complex(-1, -0.0)), polar(0))
for bad in (lambda: log(0), lambda: atanh(1), lambda: exp(1000), lambda: sqrt("a"), lambda: phase("1"), lambda: rect(1), lambda: sin(inf), lambda: cosh(1000)):
    try:
        print(bad())
    except (ValueError, OverflowError, TypeError) as error:
        print(repr(error))
