import sys

for value in (None, 0, 5, "text", True, (1, 2)):
    try:
        sys.exit(value)
    except SystemExit as error:
        print(repr(error), error.code)
raise SystemExit(False)
