class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        if not self.items:
            raise IndexError("pop from an empty stack")
        return self.items.pop()

    def size(self):
        return len(self.items)


stack = Stack()
for token in "3 4 + 2 * 7 -".split():
    if token.isdigit():
        stack.push(int(token))
    else:
        b, a = stack.pop(), stack.pop()
        stack.push(a + b if token == "+" else a - b if token == "-" else a * b)
print(stack.pop(), stack.size())
try:
    stack.pop()
except IndexError as error:
    print(error)
