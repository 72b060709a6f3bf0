# expect: 4: file=
import sys
print("never")
print >>sys.stderr, "x"
