def f(flag):
    if flag:
        value = 1
    print("flag", flag)
    return value


print(f(True))
f(False)
