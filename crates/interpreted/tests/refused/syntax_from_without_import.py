# expect: 3: SyntaxError
print("never")
from math
