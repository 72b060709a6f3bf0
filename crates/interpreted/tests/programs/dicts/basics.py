ages = {"Ann": 30, "Bob": 25}
ages["Cid"] = 35
ages["Ann"] += 1
print(ages, len(ages), ages["Bob"], "Bob" in ages, 25 in ages, "Zoe" not in ages)
del ages["Bob"]
ages["Bob"] = 26
print(ages, list(ages), {}, {1: {2: {3: 4}}}, {"a": 1, "a": 2}, {1: "int", 1.0: "float", True: "bool"})
for name in ages:
    print(name, ages[name])
print({"x": 1, "y": 2} == {"y": 2, "x": 1}, {1: 2} == {1: 2.0}, {} == {}, {1: 2} != {1: 3})
