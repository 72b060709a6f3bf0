from time import perf_counter, process_time, time


def timed(f, *arguments):
    start = perf_counter()
    result = f(*arguments)
    return result, perf_counter() - start


result, seconds = timed(sum, range(1000))
print(result, 0 <= seconds < 5, isinstance(seconds, float), time() >= 0, process_time() >= 0)
