sum = 0
for n in range(5):
    sum += n
print(sum)
try:
    sum([1, 2])
except TypeError as error:
    print(error)
del sum
print(sum([1, 2]))


def max(a, b):
    return "my max"


print(max(1, 2))
str = "text"
print(str, f"{5}")
True_ = False
print(not True_)
