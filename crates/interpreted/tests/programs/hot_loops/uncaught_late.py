def total(items):
    result = 0
    for i in range(len(items)):
        result += items[i]
    return result


print(total([1] * 1000))
items = [1] * 1000
items[777] = None
total(items)
