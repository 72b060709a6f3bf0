import math

print(math.sqrt(4))
math.squared(4)
