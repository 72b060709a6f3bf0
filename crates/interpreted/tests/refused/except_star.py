# expect: 5: except*
print("never")
try:
    pass
except* ValueError:
    pass
