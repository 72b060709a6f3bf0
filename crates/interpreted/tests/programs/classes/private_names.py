class Secret:
    def __init__(self):
        self._hidden = 1
        self._twice_ = 2

    def get(self):
        return self._hidden, self._twice_, self._compute(3)

    def _compute(self, factor):
        return self._hidden * factor + self._twice_


secret = Secret()
print(secret.get(), secret._hidden, secret._compute(5))
try:
    secret.hidden
except AttributeError as error:
    print(error)
