import sys

try:
    print("working")
    sys.exit()
finally:
    print("cleaned up")
