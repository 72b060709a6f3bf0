import datetime, sys

begin = datetime.datetime.now()
later = datetime.datetime.today()
zero = begin - begin
print(isinstance(zero, datetime.timedelta), isinstance(later, datetime.datetime), isinstance(later, datetime.timedelta), later >= begin)
print(zero, zero.total_seconds(), zero.days, zero.seconds, zero.microseconds, zero == later - later)
print(sys.maxsize, sys.maxsize + 1 - 1 == sys.maxsize, -sys.maxsize - 1)
try:
    [1, 2][sys.maxsize + 1]
except IndexError as error:
    print(error)
try:
    begin + later
except TypeError as error:
    print(error)
