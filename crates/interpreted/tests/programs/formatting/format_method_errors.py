def attempt(template, *values):
    try:
        print(template.format(*values))
    except (IndexError, KeyError, ValueError, AttributeError, TypeError) as error:
        print(error)


attempt("{}")
attempt("{} {}", 1)
attempt("{1}", 1)
attempt("{name}", 1)
attempt("{", 1)
attempt("}", 1)
attempt("{0} {}", 1, 2)
attempt("{} {0}", 1, 2)
attempt("{!x}", 1)
attempt("{:y}", 1)
attempt("{0.nothing}", 1)
attempt("{0[5]}", [1])
attempt("{0[k]}", {"a": 1})
attempt("{0[k]}", [1])
attempt("{0", 1)
attempt("{!r", 1)
attempt("{a-b}")
