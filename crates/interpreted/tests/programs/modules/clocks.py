import time

a = time.time()
b = time.perf_counter()
c = time.process_time()
d = time.monotonic()
sum(range(10000))
print(time.time() - a < 10, time.perf_counter() >= b, time.process_time() >= c, time.monotonic() >= d, a > 1e9, isinstance(a, float), isinstance(b, float))
print(time.sleep(0), time.sleep(0.01))
print(time.perf_counter() - b >= 0.01)
try:
    time.sleep(-1)
except ValueError as error:
    print(error)
try:
    time.sleep("a")
except TypeError as error:
    print(error)
