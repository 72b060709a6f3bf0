s = {1, 2}
try:
    s.remove(5)
except KeyError as error:
    print(error, error.args)
try:
    set().pop()
except KeyError as error:
    print(error)
for bad in ([1], {}, {1}):
    try:
        s.add(bad)
    except TypeError as error:
        print(error)
    try:
        {bad}
    except TypeError as error:
        print(error)
try:
    [1] in s
except TypeError as error:
    print(error)
try:
    s[0]
except TypeError as error:
    print(error)
try:
    set(5)
except TypeError as error:
    print(error)
try:
    s.union(5)
except TypeError as error:
    print(error)
try:
    s.append(3)
except AttributeError as error:
    print(error)
try:
    for n in s:
        s.add(n + 10)
except RuntimeError as error:
    print(error)
print({1} in [{1}], s.issubset([1, 2, 3]))
