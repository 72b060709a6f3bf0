words = ["banana", "apple", "Cherry", "apple pie", "", "cherry", "app"]
print(sorted(words), max(words), min(words))
print("a" < "b", "a" < "B", "abc" < "abd", "abc" < "abcd", "" < "a", "10" < "9", "a" == "a", "a" != "A")
print("a" <= "a", "b" >= "a", "a" < "b" < "c", "x" == "x" != "y")
