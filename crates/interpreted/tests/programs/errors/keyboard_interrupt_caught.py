try:
    raise KeyboardInterrupt
except Exception:
    print("never")
except BaseException as error:
    print(repr(error))
raise OSError("at the end")
