cache = {}


def fibonacci(n):
    if n in cache:
        return cache[n]
    result = n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
    cache[n] = result
    return result


print(fibonacci(80), len(cache), list(cache)[:5])
