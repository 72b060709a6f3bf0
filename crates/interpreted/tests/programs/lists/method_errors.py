def attempt(number):
    items = [1, 2, 3]
    try:
        if number == 0:
            items.remove(9)
        elif number == 1:
            items.index(9)
        elif number == 2:
            [].pop()
        elif number == 3:
            items.pop(5)
        elif number == 4:
            items.index(1, 1)
        elif number == 5:
            items.append()
        elif number == 6:
            items.extend(5)
        elif number == 7:
            items.insert(1)
        elif number == 8:
            items.pop("a")
        elif number == 9:
            items.sort(lambda x: x)
        elif number == 10:
            items.push(4)
        elif number == 11:
            [1, "a"].sort()
        elif number == 12:
            items.append(1, 2)
        elif number == 13:
            items.insert("a", 1)
        elif number == 14:
            items.sort(key=5)
        elif number == 15:
            items.sort(reversed=True)
    except (ValueError, IndexError, TypeError, AttributeError) as error:
        print(number, error)


for number in range(16):
    attempt(number)
