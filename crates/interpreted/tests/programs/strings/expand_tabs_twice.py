print("x\ty\tz".expandtabs(2))
print("\tone\n\ttwo".expandtabs(4))
