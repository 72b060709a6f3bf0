import cmath

z = 1 + 2j
for f in (cmath.sqrt, cmath.exp, cmath.log, cmath.log10, cmath.sin, cmath.cos, cmath.tan, cmath.sinh, cmath.cosh, cmath.tanh, cmath.asin, cmath.acos, cmath.atan, cmath.asinh, cmath.acosh, cmath.atanh):
    print([f(w) for w in (z, 0.5 + 0j, -0.3 - 0.7j)])
print(cmath.phase(1j), cmath.phase(-1), cmath.polar(3 + 4j), cmath.polar(-1), cmath.rect(1, cmath.pi), cmath.rect(2, 0), cmath.log(2, 10), cmath.log(1j, 2))
print(cmath.pi, cmath.e, cmath.tau, cmath.inf, cmath.nan, cmath.infj, cmath.nanj)
print(cmath.isnan(cmath.nanj), cmath.isinf(cmath.infj), cmath.isfinite(z), cmath.isclose(z, z + 1e-10), cmath.isclose(1, 2, abs_tol=2))
