def probably_prime(n):
    if n < 4:
        return n > 1
    d, r = n - 1, 0
    while d % 2 == 0:
        d //= 2
        r += 1
    for base in (2, 3, 5, 7, 11, 13):
        if base % n == 0:
            continue
        x = pow(base, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(r - 1):
            x = pow(x, 2, n)
            if x == n - 1:
                break
        else:
            return False
    return True


print([n for n in range(60) if probably_prime(n)], probably_prime(2 ** 89 - 1), probably_prime(2 ** 67 - 1), probably_prime(561))
