import sys


def stop(code):
    try:
        sys.exit(code)
    except ValueError:
        print("never")
    except SystemExit as error:
        print("caught", error.args, repr(error))
        raise


stop(7)
