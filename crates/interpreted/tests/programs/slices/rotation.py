def rotate(items, amount):
    amount %= len(items)
    return items[amount:] + items[:amount]


items = list("abcde")
for amount in (0, 1, -1, 7):
    print("".join(rotate(items, amount)))
pairs = [items[i : i + 2] for i in range(0, len(items), 2)]
print(pairs, [items[i:] for i in range(5)], [items[: -i or None] for i in range(3)])
