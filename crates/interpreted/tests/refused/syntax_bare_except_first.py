# expect: 4: SyntaxError
try:
    print("never")
except:
    pass
except ValueError:
    pass
