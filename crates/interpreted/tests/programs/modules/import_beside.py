import beside_shapes
import beside_shapes as shapes
from beside_shapes import SIDES, Square, circle_area as area, count

print(beside_shapes is shapes, SIDES, Square(3).area(), area(1), shapes.circle_area(2), count, shapes.count, __name__, beside_shapes.__name__)
shapes.count = 100
area(1)
print(shapes.count, count, isinstance(Square(1), shapes.Square), Square)
SIDES["pentagon"] = 5
print(beside_shapes.SIDES)
try:
    shapes.missing
except AttributeError as error:
    print(error)
