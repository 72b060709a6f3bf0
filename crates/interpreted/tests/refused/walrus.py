# expect: 3: :=
print("never")
if (n := 5) > 3:
    print(n)
