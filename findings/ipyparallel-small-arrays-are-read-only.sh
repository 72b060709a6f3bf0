#!/usr/bin/env bash
# ipyparallel 9.2.0 with numpy 2.4.6: whether an array that an engine receives may be written to depends on its size.
#
# A good guess is that an array that was sent is either always a copy of the engine's own, or always a view of the message. Up to 1024 bytes
# it is unpickled from the message and read-only; one element more, and it travels in a buffer of its own and can be written to. A
# function that changes its argument in place so fails on small inputs only, and no test on large ones shows it. The same holds for
# what `push` has put into an engine's namespace.
#
# Seen, for arrays of doubles given to `apply_sync`, and then to `push`:
#   argument: 128 doubles, 1024 bytes: read-only; 129 doubles, 1032 bytes: writable
#   pushed:   128 doubles, 1024 bytes: read-only; 129 doubles, 1032 bytes: writable
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export IPYTHONDIR=$folder/ipython
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ipyparallel==9.2.0 numpy==2.4.6
cat > "$folder/look.py" <<'PYTHON'
import logging

import ipyparallel
import numpy


def writable(numbers):
    return numbers.flags.writeable


def pushed():
    return numbers.flags.writeable  # noqa: F821 (a name of the engine)


def word(yes):
    return "writable" if yes else "read-only"


with ipyparallel.Cluster(n=1, log_level=logging.ERROR) as client:
    client.wait_for_engines(1, interactive=False)
    view = client[0]
    arrays = [numpy.zeros(length) for length in (128, 129)]
    shown = [f"{len(a)} doubles, {a.nbytes} bytes: {word(view.apply_sync(writable, a))}" for a in arrays]
    print("argument:", "; ".join(shown))
    shown = []
    for a in arrays:
        view.push({"numbers": a}, block=True)
        shown.append(f"{len(a)} doubles, {a.nbytes} bytes: {word(view.apply_sync(pushed))}")
    print("pushed:  ", "; ".join(shown))
PYTHON
seen=$(cd "$folder" && timeout 120 venv/bin/python look.py 2> "$folder/errors" || { cat "$folder/errors" >&2; exit 1; })
expected='argument: 128 doubles, 1024 bytes: read-only; 129 doubles, 1032 bytes: writable
pushed:   128 doubles, 1024 bytes: read-only; 129 doubles, 1032 bytes: writable'
echo "$seen"
[[ $seen == "$expected" ]] || { echo "this is not what was seen before" >&2; exit 1; }
