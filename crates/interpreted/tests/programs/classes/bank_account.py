class Account:
    rate = 0.02

    def __init__(self, owner, balance=0.0):
        self.owner = owner
        self.balance = balance
        self.history = []

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(f"cannot deposit {amount}")
        self.balance += amount
        self.history.append(("deposit", amount))

    def interest(self):
        self.deposit(self.balance * self.rate)


ann = Account("Ann", 100)
ann.deposit(50)
ann.interest()
special = Account("Bob", balance=200.0)
special.rate = 0.1
special.interest()
print(ann.balance, ann.history, special.balance, special.history, Account.rate)
try:
    ann.deposit(-5)
except ValueError as error:
    print(error, ann.balance)
