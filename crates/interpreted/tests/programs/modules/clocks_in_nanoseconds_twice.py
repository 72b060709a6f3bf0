from datetime import datetime, timedelta
from sys import maxsize
from time import monotonic, monotonic_ns, perf_counter_ns, process_time_ns, sleep, time_ns

now = datetime.today()
print(now + timedelta(days=1) > now, now - timedelta(microseconds=1) < now, maxsize % 2)
for name, clock in (("monotonic", monotonic_ns), ("counter", perf_counter_ns), ("process", process_time_ns), ("time", time_ns)):
    ticks = [clock() for _ in range(3)]
    print(name, ticks == sorted(ticks))
before = monotonic()
sleep(0)
print(monotonic() >= before, time_ns() // 10 ** 18)
