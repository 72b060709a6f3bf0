from datetime import datetime, timedelta
from sys import maxsize

marks = [datetime.today() for _ in range(3)]
gaps = [right - left for left, right in zip(marks, marks[1:])]
print([isinstance(gap, timedelta) for gap in gaps], gaps[0].total_seconds() >= 0, marks[0] <= marks[1] <= marks[2])
print(datetime, timedelta, isinstance(gaps, timedelta), maxsize.bit_length(), range(maxsize)[-1] == maxsize - 1)
