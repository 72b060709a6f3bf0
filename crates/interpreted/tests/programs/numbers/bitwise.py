for a in (0, 5, -5, 255, -256):
    for b in (0, 3, -3, 128):
        print(a & b, a | b, a ^ b, ~a)
print(1 << 3, 1 << 0, -1 << 3, 5 >> 1, -5 >> 1, -1 >> 10, 0 >> 100)
print(True & False, True | False, True ^ True, ~True, True & 3, True << 2)
