def attempt(number):
    try:
        if number == 0:
            a, b = 1, 2, 3
        elif number == 1:
            a, b, c = [1, 2]
        elif number == 2:
            a, b = 5
        elif number == 3:
            a, *b, c = [1]
        elif number == 4:
            a, b = "abc"
        elif number == 5:
            a, (b, c) = 1, 2
        elif number == 6:
            a, b = None
        elif number == 7:
            () = [1]
        elif number == 8:
            a, b = (n for n in range(10))
        elif number == 9:
            for a, b in [(1, 2), (3,)]:
                print(a, b)
        elif number == 10:
            print(*5)
        elif number == 11:
            [*None]
        elif number == 12:
            a, b = {1}
        elif number == 13:
            *a, b, c, d = "xy"
        elif number == 14:
            for a, b in [1, 2]:
                pass
    except (ValueError, TypeError) as error:
        print(number, error)


for number in range(15):
    attempt(number)
