import sys

print(len(sys.argv), sys.argv[0], sys.argv[1:], isinstance(sys.argv, list))
size = int(sys.argv[1]) if len(sys.argv) > 1 else 500
print(size)
try:
    sys.argv[1]
except IndexError as error:
    print(error)
