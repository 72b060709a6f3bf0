tree = [1, [2, [3, [4, []]]], [5]]


def depth(node):
    if not isinstance(node, list):
        return 0
    return 1 + max([depth(child) for child in node], default=0)


def flatten(node):
    result = []
    for child in node:
        if isinstance(child, list):
            result.extend(flatten(child))
        else:
            result.append(child)
    return result


print(depth(tree), flatten(tree), tree[1][1][1][0])
tree[1][1][1][1].append("deep")
tree[2][0] += 1
print(tree)
