import random

random.seed(42)
print([random.random() for _ in range(5)])
print([random.randint(1, 6) for _ in range(10)], [random.randrange(10) for _ in range(5)], [random.randrange(0, 100, 7) for _ in range(5)], random.randrange(5, 8))
print(random.uniform(-1, 1), random.uniform(5, 2), random.choice("abc"), random.choice([1, 2, 3]), random.gauss(0, 1), random.gauss(10, 2), random.gauss(mu=0, sigma=1))
items = list(range(10))
random.shuffle(items)
print(items, random.sample(range(100), 5), random.sample("abcdef", 3), random.sample(items, 10), random.sample([1, 2], k=0))
random.seed(42)
print(random.random())
