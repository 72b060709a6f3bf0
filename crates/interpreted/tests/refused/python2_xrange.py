# expect: 3: range
print("never")
for i in xrange(3):
    print(i)
