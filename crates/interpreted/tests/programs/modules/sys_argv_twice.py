from sys import argv

argv.append("extra")
print(argv, len(argv), argv[-1], argv[0].endswith(".py"))
import sys

print(sys.argv is argv)
