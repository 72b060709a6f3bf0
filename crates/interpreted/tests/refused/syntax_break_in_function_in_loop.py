# expect: 4: SyntaxError: 'break' outside loop
for i in range(3):
    def f():
        break
