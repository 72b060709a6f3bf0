class Secret:
    def __init__(self):
        self.__hidden = 1
        self._plain = 2

    def get(self):
        return self.__hidden, self._plain


secret = Secret()
print(secret.get(), secret._plain, secret._Secret__hidden)
try:
    secret.__hidden
except AttributeError as error:
    print(error)
