import math

differences = 0
x = 0.1
y = 0.7
for n in range(500):
    x = (x * 1.7 + 0.3) % 1.0
    y = (y * 1.3 + 0.1) % 1.0
    if math.hypot(x, y) != abs(complex(x, y)):
        differences += 1
    if n % 50 == 0:
        print(math.hypot(x, y), abs(complex(x, y)), math.sqrt(x * x + y * y))
print(differences)
