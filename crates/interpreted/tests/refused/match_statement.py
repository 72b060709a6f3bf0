# expect: 3: match
x = 1
match x:
    case 1:
        print("never")
