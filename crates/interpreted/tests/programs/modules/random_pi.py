import random
from random import choice, gauss, randint, randrange, sample, seed, shuffle, uniform

seed(3)
hits = 0
for _ in range(3000):
    x = uniform(-1.0, 1.0)
    y = random.uniform(-1.0, 1.0)
    if x * x + y * y <= 1.0:
        hits += 1
print(4.0 * hits / 3000, choice((5, 6)), randint(5, 5), randrange(-5, 5), gauss(5, 0), sample(range(10 ** 6), 3))
words = "a b c d e".split()
shuffle(words)
print(words, [choice(words) for _ in range(5)], sample(words, 2))
