for i in range(5):
    try:
        if i == 1:
            continue
        if i == 3:
            break
        print("body", i)
    finally:
        print("finally", i)
else:
    print("never")
for i in range(3):
    try:
        1 // (i - 1)
    except ZeroDivisionError:
        print("zero at", i)
        continue
    else:
        print("fine", i)
    finally:
        print("after", i)
while True:
    try:
        try:
            break
        finally:
            print("inner")
    finally:
        print("outer")


def search(items):
    for item in items:
        try:
            if item > 2:
                return item
        finally:
            print("checked", item)


print(search([1, 2, 3, 4]))


def stop():
    for i in range(3):
        try:
            1 / 0
        finally:
            break
    return i


print(stop())
