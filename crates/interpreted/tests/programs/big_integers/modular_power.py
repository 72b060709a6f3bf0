def power(base, exponent, modulus):
    result = 1
    base %= modulus
    while exponent > 0:
        if exponent & 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent >>= 1
    return result


print(power(3, 10 ** 18, 10 ** 9 + 7), power(2, 127 - 1, 127), power(7, 2 ** 70, 2 ** 89 - 1))
print(power(-5, 3, 1000), 5 ** 300 % (10 ** 20))
