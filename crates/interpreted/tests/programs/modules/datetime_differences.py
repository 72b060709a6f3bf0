import datetime

start = datetime.datetime.now()
total = sum(n * n for n in range(1000))
end = datetime.datetime.now()
difference = end - start
print(total, difference.total_seconds() >= 0, difference.days, difference.seconds < 60, 0 <= difference.microseconds < 1000000)
print(start - start, str(end - end), (start - start).total_seconds(), start <= end, start == start, start != end or start == end, start < start, end >= start)
print(f"{start - start}", "%s" % (end - end), (end - start) >= (start - start), (start - end).total_seconds() <= 0)
