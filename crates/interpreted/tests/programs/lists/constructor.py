print(list(), list([1, 2]), list((1, 2)), list("ab"), list(range(3)), list({1: "a", 2: "b"}), list({"k": 1}.items()), list(n * n for n in range(3)), list([[1]]))
a = [1, [2]]
b = list(a)
b[1].append(3)
b.append(4)
print(a, b)
for bad in (5, None, 1.5):
    try:
        list(bad)
    except TypeError as error:
        print(error)
try:
    list(1, 2)
except TypeError as error:
    print(error)
