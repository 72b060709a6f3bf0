total = (1 +
         2
         + 3)
items = [
    1, 2,
    3,  # a comment
]
text = "a" \
    "b"
if (total == 6 and
        len(items) == 3):
    print(total, items, text); print("same line")
x = 1; y = 2; print(x + y)
print(
    "spread",
    "over",
    sep="-",
)
