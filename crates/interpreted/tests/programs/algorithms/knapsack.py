items = [("map", 9, 150), ("compass", 13, 35), ("water", 153, 200), ("sandwich", 50, 160), ("glucose", 15, 60)]
capacity = 200
best = [[0] * (capacity + 1) for _ in range(len(items) + 1)]
for i, (name, weight, value) in enumerate(items, 1):
    for room in range(capacity + 1):
        best[i][room] = best[i - 1][room]
        if weight <= room:
            best[i][room] = max(best[i][room], best[i - 1][room - weight] + value)
chosen = []
room = capacity
for i in range(len(items), 0, -1):
    if best[i][room] != best[i - 1][room]:
        chosen.append(items[i - 1][0])
        room -= items[i - 1][1]
print(best[-1][-1], chosen[::-1], capacity - room)
