a = None
print(a is None, a is not None)
b = c = 1.5
print(b is c, b is not c)
print(True is True, False is not True, (1 == 1) is True, (1 == 2) is False)
print(not None, None == None, None != None)
