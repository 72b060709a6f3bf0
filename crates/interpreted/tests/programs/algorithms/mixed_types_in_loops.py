values = [1] * 700 + [0.5] * 10 + [1j] * 5 + [True] * 5
total = 0
for i in range(len(values)):
    total = total + values[i] * 2
    if i in (0, 699, 700, 709, 710, 719):
        print(i, total)
n = 1
for i in range(100):
    n = n * 3 + 1
    if i in (38, 39, 40, 41, 99):
        print(i, n)
x = 0
for i in range(1000):
    if i == 900:
        x = "text"
    x = x + x if i >= 900 and i < 903 else x
print(x)
