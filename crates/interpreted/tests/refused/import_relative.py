# expect: 3: relative
print("never")
from . import neighbour
