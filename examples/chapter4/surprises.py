"""Loops that are compiled for integers, and in which something else comes by."""


def total(values):
    """The sum of some values."""
    result = 0
    for value in values:
        result = result + value
    return result


def fourth_powers(count):
    """The sum of the fourth powers of so many integers: it needs more than 64 bits in the end."""
    result = 0
    for i in range(count):
        result = result + i * i * i * i
    return result


numbers = [1] * 20000
numbers[7000] = 0.5
print(total(numbers))
print(fourth_powers(20000))
