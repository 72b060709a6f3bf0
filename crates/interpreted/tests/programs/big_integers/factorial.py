def factorial(n):
    result = 1
    for k in range(2, n + 1):
        result *= k
    return result


for n in (0, 1, 5, 20, 21, 25, 30, 50, 100):
    print(n, factorial(n))
print(factorial(100) // factorial(98), factorial(30) % 1000007, factorial(40) // 3 ** 18)
