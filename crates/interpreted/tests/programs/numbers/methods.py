for n in (0, 1, -1, 255, -256, 2 ** 64, -(2 ** 70) + 1, 10 ** 30):
    print(n, n.bit_length(), n.bit_count(), n.conjugate(), n.as_integer_ratio(), n.real, n.imag, n.numerator, n.denominator)
print(True.bit_length(), False.bit_count(), True.conjugate(), True.as_integer_ratio(), (5).bit_length())
for x in (0.0, -0.0, 0.5, 0.1, -2.75, 1e22, 5e-324, 1e300):
    print(x, x.is_integer(), x.as_integer_ratio(), x.conjugate(), x.real, x.imag)
for z in (1j, 2 - 3j, -0.0 + 0j, complex(1, -0.0)):
    print(z, z.conjugate(), z.real, z.imag)
for bad in (float("inf"), float("-inf"), float("nan")):
    print(bad.is_integer())
    try:
        bad.as_integer_ratio()
    except (OverflowError, ValueError) as error:
        print(repr(error))
print(range(10).count(3), range(0, 10, 2).count(3), range(5).count(2.0), range(5).count("a"))
print(isinstance(3, object), isinstance(None, object), isinstance(object(), object), object() == object())
