# expect: 3: metaclass
print("never")
class A(metaclass=int):
    pass
