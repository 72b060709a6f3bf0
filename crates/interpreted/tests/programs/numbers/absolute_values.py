print(abs(-5), abs(5), abs(0), abs(-5.5), abs(-0.0), abs(True), abs(-(2 ** 70)))
print(abs(3 + 4j), abs(-3 - 4j), abs(1j), abs(0j), abs(1 + 1j), abs(1e200 + 1e200j), abs(1e-200 + 1e-200j))
print(abs(float("-inf")), abs(float("nan")), abs(complex(float("inf"), float("nan"))))
try:
    abs(complex(1e308, 1.7e308))
except OverflowError as error:
    print(error)
try:
    abs("x")
except TypeError as error:
    print(error)
