width = 5
print(f"{width:{width}d}")
print(f"{width:q}")
