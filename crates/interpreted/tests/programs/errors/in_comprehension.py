print([10 // n for n in (5, 2)])
print([10 // n for n in (5, 0)])
