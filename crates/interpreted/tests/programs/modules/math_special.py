import math

print([math.gamma(x) for x in (0.5, 1, 5, 10.5, -0.5, 171)], [math.lgamma(x) for x in (0.5, 1, 3, 100, -0.5)], [math.erf(x) for x in (0, 0.5, -1, 3)], [math.erfc(x) for x in (0, 0.5, -1, 3, 10)])
print([math.fmod(a, b) for a, b in ((7, 3), (-7, 3), (7, -3), (5.5, 1e300), (-0.0, 1))], [math.remainder(a, b) for a, b in ((7, 3), (-7, 3), (5, 2), (7, 2), (3.5, 1))], math.fmod(5, math.inf))
print(math.isclose(1, 1 + 1e-10), math.isclose(1, 1.1), math.isclose(1, 1.1, rel_tol=0.2), math.isclose(0, 1e-10), math.isclose(0, 1e-10, abs_tol=1e-9), math.isclose(math.inf, math.inf), math.isclose(math.nan, math.nan))
print(math.nextafter(1, 2), math.nextafter(0, -1), math.nextafter(1, 1), math.ulp(1), math.ulp(0), math.ulp(1e300), math.ulp(math.inf), math.ulp(-3))
