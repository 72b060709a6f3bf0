class Account:
    __count = 0
    __slots = ("a", "b")

    def __init__(self, amount):
        self.__amount = amount
        self.__history__ = []
        Account.__count += 1

    def __add(self, amount):
        self.__amount += amount
        return self.__amount

    def add(self, amount):
        return self.__add(amount)

    def __repr__(self):
        return f"Account({self.__amount})"

    def local(self):
        __value = [self.__amount + __step for __step in range(2)]
        return __value

    def named(self, __factor=2):
        return self.__amount * __factor

    def inner(self):
        def __twice():
            return 2 * self.__amount

        return __twice(), __twice.__name__

    def remove(self):
        del self.__amount


class _Savings(Account):
    def __init__(self):
        super_amount = 7
        Account.__init__(self, super_amount)
        self.__amount = 1

    def both(self):
        return self.__amount, self._Account__amount


class Outer:
    class __Inner:
        def __init__(self):
            self.__x = 5

    def make(self):
        return self.__Inner()


class Slotted:
    __slots__ = ("__x",)

    def __init__(self):
        self.__x = 3


account = Account(10)
print(account, account._Account__amount, account.__history__)
print(account.add(5), account._Account__add(1))
print(account.local(), account.named(), account.named(3), account.named(_Account__factor=4))
print(account.inner())
print(Account._Account__count, Account._Account__slots)
savings = _Savings()
print(savings.both(), savings._Savings__amount, Account._Account__count)
made = Outer().make()
print(made._Inner__x, isinstance(made, Outer._Outer__Inner))
print(Slotted()._Slotted__x)
for get in [
    lambda: account.__amount,
    lambda: account.__add(1),
    lambda: Account.__count,
    lambda: made.__x,
]:
    try:
        print(get())
    except AttributeError as error:
        print(error)
account.remove()
try:
    print(account)
except AttributeError as error:
    print(error)


class ___:
    def __init__(self):
        self.__x = 1


print(___().__x)
_Uses__outside = 11


class Uses:
    def read(self):
        return __outside

    def write(self):
        global __other
        __other = 12


uses = Uses()
uses.write()
print(uses.read(), _Uses__other)
try:
    account.named(__factor=1)
except TypeError as error:
    print(error)


class Raises:
    def caught(self):
        try:
            1 / 0
        except ZeroDivisionError as __error:
            return str(__error)

    def loop(self):
        for __i, (__j, *__rest) in [(1, (2, 3, 4))]:
            pass
        return __i, __j, __rest


try:

    class Conflicting:
        __slots__ = ("__x",)
        __x = 1

except ValueError as error:
    print(error)
print(Slotted.__slots__)
print(Raises().caught(), Raises().loop())
Raises().__missing
