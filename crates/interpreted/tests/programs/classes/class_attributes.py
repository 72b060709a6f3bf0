class Counter:
    count = 0
    shared = []

    def __init__(self):
        Counter.count += 1
        self.own = []

    def add(self, item):
        self.shared.append(item)
        self.own.append(item)


a = Counter()
b = Counter()
a.add(1)
b.add(2)
print(Counter.count, a.count, Counter.shared, a.own, b.own, a.shared is b.shared)
a.count = 50
print(a.count, b.count, Counter.count)
a.count += 1
Counter.count = 7
print(a.count, b.count)
del a.count
print(a.count)
b.count += 1
print(b.count, Counter.count)
Counter.later = "added"
print(a.later)
