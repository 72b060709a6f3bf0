MASK = 0xFFFFFFFFFFFFFFFF


def numbers(seed, count):
    result = []
    state = seed
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        result.append(z ^ (z >> 31))
    return result


for seed in (0, 1, 7):
    values = numbers(seed, 4)
    print([f"{v:016x}" for v in values], [(v >> 11) / 2 ** 53 for v in values])
