class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


head = None
for n in range(5):
    head = Node(n, head)
node = head
while node is not None:
    print(node.value, end=" ")
    node = node.next
print()
previous = None
while head:
    head.next, previous, head = previous, head, head.next
print(previous.value, previous.next.value, previous.next.next.value)
a, b = Node(1), Node(1)
print(a == b, a in [b, a], [a, b].index(b), {a: "a", b: "b"}[b], len({a, b, a}), a is not b, (a, 1) == (a, 1))
