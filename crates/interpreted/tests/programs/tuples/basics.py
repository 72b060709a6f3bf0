empty = ()
single = (1,)
pair = 1, 2
nested = (1, (2, 3), [4])
print(empty, single, pair, nested, len(nested), nested[1][0], (1), ("a",), tuple(), tuple([1, 2]), tuple("ab"), tuple(range(3)))
print(pair + single, pair * 2, 2 * single, pair == (1, 2), pair == [1, 2], pair < (1, 3), () < (0,), 2 in pair, pair[::-1], pair[-1])
nested[2].append(5)
print(nested)
a, b = b, a = 1, 2
print(a, b)
print((1, 2, 1).count(1), (1, 2, 1).index(1), (1, 2, 1).index(1, 1), (1, 2, 3).index(3, -2, 3))
