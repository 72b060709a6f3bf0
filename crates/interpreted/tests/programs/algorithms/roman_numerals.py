VALUES = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]


def roman(n):
    result = ""
    for value, letters in VALUES:
        while n >= value:
            result += letters
            n -= value
    return result


def arabic(text):
    total = 0
    for value, letters in VALUES:
        while text.startswith(letters):
            total += value
            text = text.removeprefix(letters)
    return total


for n in (1, 4, 9, 14, 40, 90, 400, 1994, 2026, 3999):
    print(n, roman(n), arabic(roman(n)))
