class A:
    def method():
        return 1


A.method()
A().method()
