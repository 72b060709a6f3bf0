for r in (range(5), range(2, 8), range(0, 10, 3), range(5, 0, -1), range(5, 5), range(0, -5), range(10, 0, -4), range(-3, 3)):
    print(r, list(r), len(r), bool(r))
print(range(10)[3], range(10)[-1], range(0, 10, 3)[2], range(10)[2:5], range(10)[::-2], range(3) == range(0, 3, 1), range(0) == range(5, 5), range(0, 3, 2) == range(0, 4, 2), range(3) == [0, 1, 2])
print(5 in range(10), 10 in range(10), 3 in range(0, 10, 2), 4.0 in range(5), 4.5 in range(5), "a" in range(5), -2 in range(0, -5, -2))
r = range(2, 20, 5)
print(r.start, r.stop, r.step, r.count(7), r.count(8), r.index(12), max(r), min(r), sum(r), list(reversed(r)), tuple(r))
