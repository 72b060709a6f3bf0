class Greeter:
    def __init__(self, name):
        self.name = name

    def greet(self, other="you"):
        return self.name + " greets " + other


ann = Greeter("Ann")
bob = Greeter("Bob")
greet = ann.greet
ann.name = "Anna"
print(greet(), greet("Cid"), Greeter.greet(bob), Greeter.greet(bob, "Dan"), bob.greet(other="Eve"))
methods = [person.greet for person in (ann, bob)]
print([method("all") for method in methods])
bob.greet = lambda: "own function"
print(bob.greet(), Greeter.greet(bob))
table = {"call": ann.greet}
print(table["call"](), sorted(["b", "a"], key=lambda s: ann.greet(s)))
print(ann.greet == ann.greet, ann.greet == bob.greet, Greeter.greet is Greeter.greet)
