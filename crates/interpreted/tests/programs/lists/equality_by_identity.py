nan = float("nan")
items = [nan]
print(items == items, items == [nan], nan in items, items.index(nan), items.count(nan), nan == nan)
print((nan,) == (nan,), {1: nan} == {1: nan}, [nan] < [nan], [1, nan] <= [1, nan])
items.remove(nan)
print(items)
