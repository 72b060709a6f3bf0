import random

random.seed(0)
attempts = [
    lambda: random.choice([]), lambda: random.randint(5, 1), lambda: random.randrange(0), lambda: random.randrange(5, 5), lambda: random.randrange(1, 10, 0),
    lambda: random.sample([1, 2], 3), lambda: random.sample({1, 2}, 1), lambda: random.shuffle((1, 2)), lambda: random.randint(1.5, 3), lambda: random.choice(5),
    lambda: random.sample([1], -1), lambda: random.seed([1]), lambda: random.nothing, lambda: random.random(1),
]
for attempt in attempts:
    try:
        print(attempt())
    except (IndexError, ValueError, TypeError, AttributeError) as error:
        print(repr(error))
print(random.random())
