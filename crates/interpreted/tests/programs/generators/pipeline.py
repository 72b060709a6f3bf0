def numbers(limit):
    return (n for n in range(limit))


def evens(items):
    return (n for n in items if n % 2 == 0)


def squares(items):
    return (n * n for n in items)


print(sum(squares(evens(numbers(10)))), list(squares(evens(numbers(9)))), max(evens(squares([3, 4, 5]))))
print([n for n in squares(evens(squares(numbers(5))))])
