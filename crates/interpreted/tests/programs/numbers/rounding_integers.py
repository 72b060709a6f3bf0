for digits in (1, 0, -1, -2, -3):
    print(round(12345, digits), round(-12345, digits), round(15, digits), round(25, digits), round(-25, digits))
print(round(5), round(-5), round(True), round(False, 1))
print(round(10 ** 30 + 5, -1), round(10 ** 30 + 15, -1), round(10 ** 30 + 5, -40))
print(round(number=2.567, ndigits=1), round(2.5, None), round(2.567, ndigits=2))
