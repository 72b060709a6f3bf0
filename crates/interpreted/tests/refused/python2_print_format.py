# expect: 4: SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
print("never")
for i in range(3):
    print "%0.2f%% complete" % (i * 100),
