def work():
    try:
        [].pop()
    except IndexError:
        print("noted")
        raise


work()
