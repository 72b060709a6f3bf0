from math import erf, erfc, fmod, gamma, inf, isclose, lgamma, nextafter, remainder, ulp

print(gamma(6) == 120, gamma(1.5), lgamma(10), erf(1), erfc(1), erf(inf), erf(0.1) + erfc(0.1), fmod(1e22, 7), fmod(-1, 0.3), remainder(10, 4), remainder(-10.5, 4), nextafter(0.1, inf), nextafter(inf, 0), ulp(0.1), isclose(0.1 + 0.2, 0.3), isclose(a=1, b=1.01, abs_tol=0.1))
