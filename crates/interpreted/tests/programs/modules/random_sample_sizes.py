import random

for seed in range(4):
    random.seed(seed)
    print([random.sample(range(n), k) for n, k in ((5, 5), (20, 5), (21, 5), (22, 5), (100, 6), (1000, 3))])
    print([random.randrange(n) for n in (1, 2, 3, 2 ** 31, 2 ** 32, 2 ** 33, 2 ** 64)])
