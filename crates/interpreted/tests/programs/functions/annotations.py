def area(width: float, height: float = 2.0, *rest: int) -> float:
    result: float = width * height
    unused: int
    return result


count: int = 3
name: str
print(area(1.5), area("ab", 2), count)
try:
    print(name)
except NameError as error:
    print(error)


def untouched():
    value: int
    return value


try:
    untouched()
except UnboundLocalError as error:
    print(error)


class Box:
    size: int = 5
    label: str


print(Box.size, Box().size)
