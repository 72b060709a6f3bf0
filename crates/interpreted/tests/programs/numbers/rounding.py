for value in (0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 1e20, 0.49999999999999994):
    print(value, round(value), round(value, 0))
print(round(2.675, 2), round(2.665, 2), round(1.005, 2), round(0.125, 2), round(0.375, 2))
print(round(1234.5678, -2), round(1250.0, -2), round(1350.0, -2), round(-0.04, 1))
print(round(1e300, 2), round(1e-300, 2), round(5e-324, 400), round(123.456, -5))
