print(2 ** 2000)
print(len(str(2 ** 2000)), len(str(3 ** 1000)), sum(int(digit) for digit in str(2 ** 1000)))
print(2 ** 100 - 1, -(2 ** 100), (-2) ** 101, 2 ** 64 // 3, 2 ** 64 % 1000)
