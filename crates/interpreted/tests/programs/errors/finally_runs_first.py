try:
    print("try")
    undefined_name
except KeyError:
    print("never")
finally:
    print("finally")
