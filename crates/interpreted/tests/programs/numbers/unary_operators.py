print(-5, +5, ~5, --5, -+-5, ~~5, not not 5, -(-5.5), +True, -0, -0.0, - -0.0)
print(-2 ** 63, -(2 ** 63), -(-2 ** 63), ~(2 ** 63), abs(-2 ** 63))
print(not 1 == 2, not (1 == 2) == True, -1 ** 2, ~1 + 1, -1 % 3)
for bad in ("a", [], None):
    try:
        -bad
    except TypeError as error:
        print(error)
    try:
        ~bad
    except TypeError as error:
        print(error)
    try:
        +bad
    except TypeError as error:
        print(error)
try:
    ~1.5
except TypeError as error:
    print(error)
