s = {3, 1, 2, 3}
print(s, len(s), 2 in s, 5 not in s, set(), {1}, set([2, 2]), set(range(5)), set((1.5, 2)))
s.add(4)
s.add(4)
s.discard(1)
s.discard(100)
s.remove(2)
print(s, sorted(s), sum(s), max(s), min(s))
for n in {1, 2}:
    print(n)
print({1, 2} == {2, 1}, {1} != {2}, {1} == [1], {1, 1.0, True}, {0, False, 0.0}, bool(set()), {(1, 2), (1, 2)})
