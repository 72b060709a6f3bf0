text = "abc"
print(text[2], text[-3])
print(text[10])
