import math

print([math.factorial(n) for n in (0, 1, 5, 20, 25)], [math.gcd(*p) for p in ((12, 18), (0, 5), (-4, 6), (7,), (), (10 ** 30, 15 ** 20), (12, 18, 27))], [math.lcm(*p) for p in ((4, 6), (0, 5), (-4, 6), (), (3, 4, 5), (10 ** 20, 3))])
print([math.comb(5, k) for k in range(7)], math.comb(100, 50), [math.perm(5, k) for k in range(7)], math.perm(5), math.perm(4, None), math.perm(30, 10))
print(math.prod([1, 2, 3]), math.prod([]), math.prod([0.5, 4], start=3), math.prod([10 ** 15] * 3), math.fsum([0.1] * 10), math.fsum([]), math.fsum([1e16, 1, -1e16]), math.fsum([1e100, 1.0, -1e100, 1e-100]))
for bad in (lambda: math.factorial(-1), lambda: math.factorial(2.5), lambda: math.isqrt(-1), lambda: math.gcd(1.5, 2), lambda: math.comb(-1, 2), lambda: math.perm(3, -1), lambda: math.isqrt(2.0), lambda: math.fsum(["a"]), lambda: math.lcm("a")):
    try:
        print(bad())
    except (ValueError, TypeError) as error:
        print(error)
