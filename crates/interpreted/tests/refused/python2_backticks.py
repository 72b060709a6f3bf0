# expect: 3: repr(
x = 5
print(`x`)
