def run(items):
    counts = {"type": 0, "value": 0, "key": 0, "fine": 0}
    table = {1: 1}
    for item in items:
        try:
            int(item)
            table[item]
        except TypeError:
            counts["type"] += 1
        except ValueError:
            counts["value"] += 1
            continue
        except KeyError:
            counts["key"] += 1
        else:
            counts["fine"] += 1
        finally:
            counts["all"] = counts.get("all", 0) + 1
    return counts


print(run([1, "x", None, 2, "7"] * 200))


def deep(n):
    if n == 0:
        raise ValueError("bottom")
    return deep(n - 1)


caught = 0
for i in range(300):
    try:
        deep(i % 20)
    except ValueError:
        caught += 1
print(caught)
