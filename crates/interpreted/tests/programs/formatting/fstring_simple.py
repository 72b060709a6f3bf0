name = "Ann"
age = 42
print(f"{name} is {age}", f"{name!r} {name!s} {name!a}", f"{{braces}} {{{age}}}", f"{age + 1} {age * 2 = }", f"{age=}", f"{name=!s}", f"{age = :>6}")
print(f"{'nested ' + 'quotes'}", f"{[1, 2][0]} {({'a': 1})['a']} {(lambda x: x * 2)(4)}", f"{name.upper()} {len(name)}", f"{age if age > 40 else 'young'}")
print(f"", f"plain", f"{1}{2}{3}", F"{name}", rf"\n{name}", f'{name}' " and " f"{age}", f"""{
    name
}""")
print(f"{age != 42} {age == 42} {age > 3}", f"{age!r:>6}|{None}|{True}|{1.0}|{[name]}|{(1,)}")
