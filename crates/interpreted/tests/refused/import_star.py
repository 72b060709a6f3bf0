# expect: 3: import *
print("never")
from math import *
