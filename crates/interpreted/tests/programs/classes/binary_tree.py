class Tree:
    def __init__(self, value):
        self.value = value
        self.left = None
        self.right = None

    def insert(self, value):
        if value < self.value:
            if self.left is None:
                self.left = Tree(value)
            else:
                self.left.insert(value)
        elif self.right is None:
            self.right = Tree(value)
        else:
            self.right.insert(value)

    def values(self):
        left = self.left.values() if self.left else []
        right = self.right.values() if self.right else []
        return left + [self.value] + right

    def depth(self):
        return 1 + max(child.depth() if child else 0 for child in (self.left, self.right))


tree = Tree(50)
for n in (30, 70, 20, 40, 60, 80, 10, 50):
    tree.insert(n)
print(tree.values(), tree.depth(), tree.left.right.value)
