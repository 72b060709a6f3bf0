import math

attempts = [
    lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.log(-1), lambda: math.log2(0), lambda: math.log10(-5), lambda: math.log1p(-1),
    lambda: math.acos(2), lambda: math.asin(-2), lambda: math.acosh(0.5), lambda: math.atanh(1), lambda: math.exp(1000), lambda: math.pow(0, -1),
    lambda: math.pow(-8, 1 / 3), lambda: math.pow(10, 400), lambda: math.fmod(1, 0), lambda: math.remainder(1, 0), lambda: math.sin(math.inf), lambda: math.cosh(1000),
    lambda: math.gamma(0), lambda: math.gamma(-1), lambda: math.gamma(172), lambda: math.lgamma(0), lambda: math.ldexp(1, 5000), lambda: math.sqrt("a"),
    lambda: math.sqrt(), lambda: math.sqrt(1, 2), lambda: math.sqrt(1j), lambda: math.sqrt(None), lambda: math.nothing, lambda: math.log("x"),
    lambda: math.sqrt(10 ** 400), lambda: math.dist([1], [1, 2]), lambda: math.hypot("a"), lambda: math.log(10, 1), lambda: math.isclose(1, 2, rel_tol=-1), lambda: math.ldexp(1, 1.5), lambda: math.expm1(1000), lambda: math.sinh(-1000), lambda: math.exp2(2000), lambda: math.fsum([math.inf, -math.inf]), lambda: math.atan2(1),
]
for attempt in attempts:
    try:
        print(attempt())
    except (ValueError, OverflowError, TypeError, AttributeError, ZeroDivisionError) as error:
        print(repr(error))
