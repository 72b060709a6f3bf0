class Account:
    def __init__(self, amount):
        if amount < 0:
            raise ValueError("negative amount")
        self.amount = amount


Account(1)
Account(-1)
