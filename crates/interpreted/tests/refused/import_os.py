# expect: 3: os
print("never")
import os
print(os.getcwd())
