from random import choices, expovariate, getrandbits, normalvariate, seed, triangular

seed("a word")
rolls = choices([1, 2, 3, 4, 5, 6], k=60)
print(rolls, [rolls.count(face) for face in range(1, 7)])
seed(5)
waits = [expovariate(0.2) for _ in range(50)]
print(sum(waits) / len(waits), min(waits), max(waits))
heights = [normalvariate(170.0, 10.0) for _ in range(50)]
print(sum(heights) / len(heights), min(heights), max(heights))
print(triangular(0, 1, 0.25), triangular(5, 5), triangular(mode=1.0, low=0.0, high=2.0), getrandbits(128), getrandbits(5))
