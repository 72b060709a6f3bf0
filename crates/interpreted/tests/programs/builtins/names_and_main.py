print(__name__)
if __name__ == "__main__":
    print("run as a program")


def main():
    print("main", __name__)


if __name__ != "__main__":
    print("never")
else:
    main()
