def bits(n):
    n = int(n)
    return n.bit_length(), n.bit_count()


print([bits(n) for n in (7, 8, 1023, 1024, -7, 3 ** 50)])
third = 1 / 3
top, bottom = third.as_integer_ratio()
print(top, bottom, top / bottom == third, (2.0).is_integer(), (2.5).is_integer(), third.conjugate())
half = 10 ** 20
print(half.as_integer_ratio(), half.conjugate() is not None)
z = 3 + 4j
print((z * z.conjugate()).real, abs(z) ** 2, z.conjugate().conjugate() == z, (1 - 1j).conjugate())
evens = range(0, 100, 2)
print(evens.count(50), evens.count(51), evens.index(50), sum(evens.count(n) for n in range(100)))


class Thing(object):
    pass


things = [Thing(), object(), 1, "a", None]
print([isinstance(thing, object) for thing in things], [isinstance(thing, Thing) for thing in things])
try:
    (1).bit_length(2)
except TypeError as error:
    print(error)
try:
    object().name
except AttributeError as error:
    print(error)
