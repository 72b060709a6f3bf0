# expect: 4: decorator
class A:
    x = 1
    @staticmethod
    def f():
        return 1
