def count(width, height, limit):
    hits = 0
    early = 0
    for y in range(height):
        for x in range(width):
            k = 0
            while True:
                k += 1
                if k * k > x * y:
                    break
                if k == limit:
                    early += 1
                    break
            else:
                hits += 1000000
            if (x + y) % 3 == 0:
                continue
            hits += k
        if y == height - 2:
            break
    else:
        hits = -1
    return hits, early


print(count(60, 50, 20), count(10, 1, 3), count(0, 5, 5))
