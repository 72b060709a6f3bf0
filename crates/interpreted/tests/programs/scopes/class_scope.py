x = "global"


class A:
    x = "class"
    y = x + "!"

    def method(self):
        return x

    def own(self):
        return self.x


print(A.x, A.y, A().method(), A().own(), x)


class B:
    values = [1, 2, 3]
    total = 0
    for value in values:
        total += value
    doubled = [2 * v for v in values]


print(B.total, B.doubled, B.value)
