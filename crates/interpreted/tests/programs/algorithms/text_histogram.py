data = [3, 7, 1, 12, 5, 9]
top = max(data)
for level in range(top, 0, -3):
    print(f"{level:>3} |" + " ".join("##" if value >= level else "  " for value in data).rstrip())
print("    +" + "-" * (3 * len(data) - 1))
mean = sum(data) / len(data)
deviation = (sum((x - mean) ** 2 for x in data) / (len(data) - 1)) ** 0.5
print("mean %.3f, deviation %.3f, median %.1f" % (mean, deviation, (sorted(data)[2] + sorted(data)[3]) / 2))
