def lazy():
    from beside_shapes import circle_area

    return circle_area(0)


print("before")
print(lazy(), lazy())
import beside_shapes

print(beside_shapes.count)
try:
    beside_shapes.fail(0)
except ZeroDivisionError as error:
    print(error)
try:
    from beside_shapes import nothing
except ImportError as error:
    print(str(error)[:48])
