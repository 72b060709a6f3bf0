def work():
    try:
        return 1
    finally:
        print("finally")
        raise ValueError("in finally")


work()
