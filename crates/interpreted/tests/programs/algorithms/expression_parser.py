class Parser:
    def __init__(self, text):
        self.tokens = text.replace("(", " ( ").replace(")", " ) ").split()
        self.position = 0

    def peek(self):
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self):
        token = self.peek()
        self.position += 1
        return token

    def sum(self):
        value = self.product()
        while self.peek() in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self):
        value = self.atom()
        while self.peek() in ("*", "/"):
            value = value * self.atom() if self.take() == "*" else value / self.atom()
        return value

    def atom(self):
        token = self.take()
        if token == "(":
            value = self.sum()
            if self.take() != ")":
                raise SyntaxError("expected )")
            return value
        if token is None:
            raise SyntaxError("unexpected end")
        return float(token)


for text in ("1 + 2 * 3", "(1 + 2) * 3", "2 * (3 - (4 + 1)) / 4", "7", "(1", "1 +", "x"):
    try:
        print(text, "=", Parser(text).sum())
    except (SyntaxError, ValueError) as error:
        print(text, "->", error)
