text = "Python"
for i in range(-6, 6):
    print(i, text[i])
print(text[0:2], text[2:], text[:-1], text[-3:], text[::2], text[::-1], text[4:1:-1], text[10:], text[-100:3], text[3:3])
for bad in (6, -7):
    try:
        text[bad]
    except IndexError as error:
        print(error)
try:
    text["a"]
except TypeError as error:
    print(error)
try:
    text[1.0]
except TypeError as error:
    print(error)
try:
    text[0] = "J"
except TypeError as error:
    print(error)
try:
    del text[0]
except TypeError as error:
    print(error)
