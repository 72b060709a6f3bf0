class Shape:
    def area(self):
        raise NotImplementedError("area of a shape")


Shape().area()
