for text in ("abc", "", "é☕"):
    print(f"{text}|{text:s}|{text:10}|{text:<10}|{text:>10}|{text:^10}|{text:*^10}|{text:.2}|{text:5.1}|{text:>5.2s}|{text:010}|{text:é>6}")
print(f"{'a':{'>'}{5}}|{'ab':{5}.{1}}|{3.14159:{8}.{3}}|{42:{'#'}{'x'}}|{'x':{'*'}<{4}}")
width = 12
precision = 4
print(f"{10 / 3:{width}.{precision}f}|{'mid':^{width}}|{7:0{width}d}|{1.5!r:>{width}}|{[1]!s:>{width}}")
