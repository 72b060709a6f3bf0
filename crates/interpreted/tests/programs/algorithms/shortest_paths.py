graph = {"a": {"b": 7, "c": 9, "f": 14}, "b": {"a": 7, "c": 10, "d": 15}, "c": {"a": 9, "b": 10, "d": 11, "f": 2}, "d": {"b": 15, "c": 11, "e": 6}, "e": {"d": 6, "f": 9}, "f": {"a": 14, "c": 2, "e": 9}}


def paths(start):
    distance = {node: float("inf") for node in graph}
    distance[start] = 0
    todo = list(graph)
    while todo:
        node = min(todo, key=lambda n: distance[n])
        todo.remove(node)
        for other, length in graph[node].items():
            distance[other] = min(distance[other], distance[node] + length)
    return distance


print(paths("a"))
print(paths("e"))
