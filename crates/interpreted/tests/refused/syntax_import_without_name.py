# expect: 3: SyntaxError
print("never")
import
