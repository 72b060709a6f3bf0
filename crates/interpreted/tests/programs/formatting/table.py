rows = [("Mercury", 0.39, 88), ("Venus", 0.72, 225), ("Earth", 1, 365), ("Neptune", 30.07, 60190)]
print(f"{'planet':<10}{'AU':>8}{'days':>10}")
for name, distance, days in rows:
    print(f"{name:<10}{distance:>8.2f}{days:>10,}")
print("-" * 28)
print("{:<10}{:>8.2f}{:>10,}".format("sum", sum(row[1] for row in rows), sum(row[2] for row in rows)))
print("%-10s%8.2f%10d" % ("mean", sum([row[1] for row in rows]) / len(rows), sum([row[2] for row in rows]) / len(rows)))
