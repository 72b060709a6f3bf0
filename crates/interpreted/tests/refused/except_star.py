# expect: 3: except*
print("never")
try:
    pass
except* ValueError:
    pass
