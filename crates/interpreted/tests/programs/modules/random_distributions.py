import random

random.seed(2011)
print([random.getrandbits(k) for k in (0, 1, 8, 31, 32, 33, 64, 100)])
print([random.expovariate(1.5) for _ in range(4)], [random.normalvariate(0, 1) for _ in range(4)], [random.triangular() for _ in range(3)], [random.triangular(1, 10, 3) for _ in range(3)])
print(random.choices("abc", k=8), random.choices([1, 2, 3], weights=[1, 0, 5], k=6), random.choices(range(5), cum_weights=[1, 2, 3, 4, 10], k=5), random.choices("xy"))
for bad in (lambda: random.getrandbits(-1), lambda: random.choices([1, 2], weights=[1]), lambda: random.choices([1, 2], weights=[0, 0]), lambda: random.choices([], k=1)):
    try:
        print(bad())
    except (ValueError, TypeError, IndexError) as error:
        print(repr(error))
