attempts = 0


def unreliable():
    global attempts
    attempts += 1
    if attempts < 3:
        raise OSError("attempt %d failed" % attempts)
    return "success"


while True:
    try:
        result = unreliable()
    except OSError as error:
        print(error)
    else:
        print(result)
        break
