# expect: 3: os.path
print("never")
import os.path
