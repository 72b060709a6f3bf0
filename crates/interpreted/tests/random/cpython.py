"""Runs programs one after another, each as if it were a file of its own, and tells how each ended.

Programs come in on the standard input, results go out on the standard output, each as its length in bytes, the end of a line, and
the text. A program has two results: what it printed, and how it ended: nothing where it ended well, otherwise a line
'error: TEXT' for each line of the error's text and a line 'at: FILE:LINE FUNCTION' for each line of its traceback.
"""

import contextlib
import io
import sys
import warnings


def execute(text):
    """What a program printed and how it ended."""
    printed, ended = io.StringIO(), ""
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(text, "program.py", "exec"), {"__name__": "__main__"})
        except BaseException as error:
            ended = describe(error)
    return printed.getvalue(), ended


def describe(error):
    """An error as the corpus keeps it. CPython itself words it, since only that adds what might have been meant."""
    shown = io.StringIO()
    # The first line of the traceback would be this file's.
    error = error.with_traceback(error.__traceback__.tb_next)
    with contextlib.redirect_stderr(shown):
        sys.__excepthook__(type(error), error, error.__traceback__)
    lines = shown.getvalue().splitlines()
    starts = [number for number, line in enumerate(lines) if line == "Traceback (most recent call last):"]
    lines = lines[starts[-1] + 1 :] if starts else lines
    frames, errors = [], []
    for line in lines:
        if line.startswith('  File "'):
            _, file, place = line.split('"', 2)
            number, _, function = place.removeprefix(", line ").partition(", in ")
            frames.append(f"at: {file}:{number} {function}".rstrip() + "\n")
        elif line.startswith("  [Previous line repeated"):
            frames.append(f"at: {line.strip()}\n")
        elif not line.startswith("  "):
            errors.append(f"error: {line}\n")
    return "".join(errors + frames)


def main():
    # CPython warns of what cannot be called or subscripted, and that belongs to no result.
    warnings.simplefilter("ignore")
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while length := source.readline():
        for result in execute(source.read(int(length)).decode("utf-8")):
            data = result.encode("utf-8")
            target.write(b"%d\n" % len(data) + data)
            target.flush()


main()
