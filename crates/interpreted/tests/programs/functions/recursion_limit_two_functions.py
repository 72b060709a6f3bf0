def ping(n):
    return pong(n + 1)


def pong(n):
    return ping(n + 1)


class Chain:
    def follow(self):
        return self.follow()


for start in (lambda: ping(0), Chain().follow, lambda: sorted([2, 1], key=lambda n: ping(n))):
    try:
        start()
    except RecursionError as error:
        print(str(error)[:32], isinstance(error, RuntimeError))
print("still here")
