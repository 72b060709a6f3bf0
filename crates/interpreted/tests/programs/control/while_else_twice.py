def search(items, wanted):
    i = 0
    while i < len(items):
        if items[i] == wanted:
            print("found at", i)
            break
        i += 1
    else:
        print(wanted, "is not there")
        return -1
    return i


print(search([3, 1, 2], 1), search([3, 1, 2], 9), search([], 1))
n = 5
while n:
    n -= 1
    while n % 2:
        n -= 1
        continue
    else:
        print("even", n)
else:
    print("zero")
