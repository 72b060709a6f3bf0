import sys

sys.exit("usage: program FILE")
