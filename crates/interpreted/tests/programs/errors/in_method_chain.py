class A:
    def b(self):
        return self

    def c(self):
        return self.d


A().b().c()
