# expect: 3: SyntaxError
print("never")
x = 1 + \ 
    2
