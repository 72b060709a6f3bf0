d = {1: "a", 2: "b", 3: "c"}
try:
    for key in d:
        d[key + 10] = "new"
except RuntimeError as error:
    print(error)
d = {1: "a", 2: "b", 3: "c"}
try:
    for key in d:
        del d[key]
except RuntimeError as error:
    print(error)
d = {1: "a", 2: "b", 3: "c"}
for key in d:
    d[key] *= 2
print(d)
for key in list(d):
    if key % 2:
        del d[key]
print(d)
try:
    for key, value in d.items():
        d.clear()
        d["x"] = 1
        d["y"] = 1
except RuntimeError as error:
    print(error)
