import random

random.seed(12345)
total = 0.0
for _ in range(2000):
    total += random.random()
print(total, random.random())
counts = [0] * 6
for _ in range(600):
    counts[random.randint(0, 5)] += 1
print(counts)
deck = list(range(52))
random.shuffle(deck)
print(deck, sum(random.gauss(0, 1) for _ in range(101)))
