import array
from array import array as make

a = array.array("d", [1, 2.5, 3])
print(a, len(a), a[0], a[-1], a[1:], a.typecode, a.itemsize, list(a), a.tolist(), 2.5 in a, a == make("d", [1, 2.5, 3]), sum(a), max(a))
a.append(4)
a.extend([5, 6])
a[0] = 10
a += make("d", [7])
print(a, a.index(2.5), a.count(3), a.pop(), a.pop(0), a)
a.insert(1, 9)
a.remove(3)
a.reverse()
print(a, a * 2, a + a, a[::-2], make("i"), make("i", range(5)), make("l", (1, 2)), make("d", (n / 2 for n in range(3))))
del a[0]
a[:2] = make("d", [0.5])
for value in a:
    print(value, end=" ")
print()
