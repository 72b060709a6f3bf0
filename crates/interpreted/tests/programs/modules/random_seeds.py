import random

for seed in (0, 1, -1, 2 ** 32, 2 ** 70 + 5, "text", "", "é", 1.5, True):
    random.seed(seed)
    print(seed, random.random(), random.randint(0, 10 ** 6), random.choice(range(1000)), random.uniform(0, 10))
random.seed(1)
a = [random.random() for _ in range(3)]
random.seed(-1)
b = [random.random() for _ in range(3)]
print(a == b)
random.seed(a=7)
print([random.randint(-(2 ** 70), 2 ** 70) for _ in range(3)], random.randrange(10 ** 25))
