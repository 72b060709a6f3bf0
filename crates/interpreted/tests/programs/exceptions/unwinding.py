log = []


def level(n):
    log.append(("enter", n))
    try:
        if n == 3:
            raise ValueError(n)
        level(n + 1)
        log.append("never")
    except KeyError:
        log.append("never")
    finally:
        log.append(("leave", n))


try:
    level(0)
except ValueError as error:
    log.append(error.args)
print(log)
for function in (lambda: [x / 0 for x in [1]], lambda: sorted([1, 2], key=lambda k: k / 0), lambda: sum(1 / n for n in (1, 0)), lambda: {1 / 0: 1}):
    try:
        function()
    except ZeroDivisionError as error:
        print(error)
