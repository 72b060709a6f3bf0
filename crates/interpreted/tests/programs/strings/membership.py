print("a" in "banana", "nan" in "banana", "" in "banana", "" in "", "x" not in "banana", "nab" in "banana", "banana" in "nan")
try:
    1 in "1"
except TypeError as error:
    print(error)
try:
    None not in "None"
except TypeError as error:
    print(error)
