def make():
    def fact(n):
        return 1 if n == 0 else n * fact(n - 1)

    return fact


print(make()(10))


def permutations(items):
    result = []

    def place(chosen, rest):
        if not rest:
            result.append("".join(chosen))
        for i in range(len(rest)):
            place(chosen + [rest[i]], rest[:i] + rest[i + 1 :])

    place([], list(items))
    return result


print(permutations("abc"), len(permutations("abcde")))
