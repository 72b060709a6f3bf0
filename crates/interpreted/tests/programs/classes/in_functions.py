def make(kind):
    class Animal:
        name = kind

        def speak(self):
            return f"I am a {kind}"

    return Animal


Cat = make("cat")
Dog = make("dog")
print(Cat().speak(), Dog().speak(), Cat.name, isinstance(Cat(), Dog), isinstance(Cat(), (Dog, Cat)), Cat is Dog)


class Outer:
    class Inner:
        value = 5

        def get(self):
            return self.value

    def make(self):
        return Outer.Inner()


print(Outer.Inner.value, Outer().make().get(), Outer.Inner().value)
print(Outer, Outer.Inner, Cat)
