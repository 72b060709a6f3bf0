q = [0] * 8000
for i in range(len(q)):
    if i % 1000 == 0:
        print("%0.2f%% complete" % (1.0 / len(q) * i * 100,))
print("%0.2f%% complete" % (1.0 / 7 * 3 * 100))
