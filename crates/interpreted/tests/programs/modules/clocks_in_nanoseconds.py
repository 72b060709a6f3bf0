import datetime
import sys
import time

print(sys.maxsize > 2 ** 31, sys.maxsize == 2 ** 63 - 1)
start = datetime.datetime.today()
time.sleep(0.001)
print(datetime.datetime.today() - start >= datetime.timedelta(milliseconds=1), datetime.timedelta(hours=1, seconds=1.5))
for clock in (time.monotonic_ns, time.perf_counter_ns, time.process_time_ns, time.time_ns):
    first = time.monotonic()
    before = clock()
    print(before <= clock(), before == int(before), time.monotonic() >= first)
print(time.monotonic_ns() > 0, time.perf_counter_ns() >= 0, time.process_time_ns() >= 0, time.time_ns() > 10 ** 18)
