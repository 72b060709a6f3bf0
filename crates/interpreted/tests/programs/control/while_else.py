n = 10
while n > 0:
    n -= 3
    if n == 4:
        continue
    print(n)
else:
    print("ended", n)
while True:
    n += 5
    if n > 10:
        print("left", n)
        break
else:
    print("never")
while False:
    print("never")
else:
    print("not entered")
k = 3
while k: k -= 1
print(k)
