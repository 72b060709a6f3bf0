exact = 2 ** 53
print(exact == float(exact), exact + 1 == float(exact), float(exact + 1) == float(exact))
print(exact + 1 > float(exact), exact + 1 < float(exact + 2), exact - 1 < float(exact))
print(10 ** 22 == 1e22, 10 ** 23 == 1e23, 10 ** 23 > 1e23, 10 ** 23 < 1e23)
print(10 ** 400 > 1e308, -(10 ** 400) < -1e308, 10 ** 400 < float("inf"), 10 ** 400 > float("-inf"))
print(2 ** 63 == 9.223372036854775807e18, 2 ** 63 - 1 == 9.223372036854775807e18)
print(1 < float("nan"), 1 > float("nan"), 1 == float("nan"), 1 != float("nan"))
