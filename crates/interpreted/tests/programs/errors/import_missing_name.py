from time import nothing
