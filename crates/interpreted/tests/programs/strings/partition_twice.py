path = "/usr/local/lib/file.tar.gz"
folder, _, name = path.rpartition("/")
stem, dot, ending = name.partition(".")
print(folder, name, stem, dot, ending, name.rpartition("."))
