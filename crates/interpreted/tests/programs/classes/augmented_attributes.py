class Box:
    def __init__(self):
        self.n = 1
        self.items = [1]
        self.inner = None


box = Box()
box.n += 1
box.n *= 5
box.n -= 3
box.n **= 2
box.n //= 4
box.items += [2, 3]
box.items *= 2
box.items[0] += 10
box.inner = Box()
box.inner.n <<= 4
box.inner.items[-1] -= 0.5
print(box.n, box.items, box.inner.n, box.inner.items)
box.a, box.b = 1, 2
box.a, box.b = box.b, box.a
for box.i in range(3):
    pass
print(box.a, box.b, box.i)
del box.a, box.inner.n
try:
    box.inner.n
except AttributeError as error:
    print(error)
