from datetime import datetime

begin = datetime.now()
zero = begin - begin
print(zero, zero.total_seconds(), zero.days, zero.seconds, zero.microseconds, zero == zero, zero < zero)
elapsed = datetime.now() - begin
print(elapsed.total_seconds() < 5.0, elapsed >= zero, begin + zero == begin)
try:
    begin - 5
except TypeError as error:
    print(error)
try:
    begin + begin
except TypeError as error:
    print(error)
try:
    begin < 5
except TypeError as error:
    print(error)
