def parse(text):
    return int(text)


print(parse("12"))
parse("twelve")
