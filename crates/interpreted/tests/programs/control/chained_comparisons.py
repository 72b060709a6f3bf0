def value(n):
    print("value", n)
    return n


print(value(1) < value(2) < value(3))
print(value(3) < value(2) < value(1))
print(value(1) == value(1) != value(2) <= value(2))
print(1 < 2 > 1, 1 < 3 > 2 < 5, 3 > 2 > 2, 1 == 1.0 == True, 1 in [1] == True, (1 in [1]) == True)
x = 5
print(0 <= x < 10, not 0 < x < 3, 1 < x and x < 10, 10 > x is not None)
