def harmonic(start, stop):
    total = 0.0
    for n in range(start, stop):
        total += 1 / n
    return total


print(harmonic(1, 1000))
print(harmonic(-900, 10))
