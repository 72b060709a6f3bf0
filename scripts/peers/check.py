"""Says which peers are ready and what the others lack: the end of `scripts/setup-peers`.

    check.py [--run] [REASONS]

With `--run` a peer is ready only if it gives the known answer to a small input; without, if the files that it needs are there.
REASONS is a file of lines `need<tab>reason`. The exit status is 1 if no peer at all is ready.
"""

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

KNOWN = {
    "mandelbrot": (["--width", "50", "--height", "50", "--max-iterations", "30"], "6502"),
    "particles": (["--particles", "3", "--steps", "100"], "13781547926816553842 4574922500877596127"),
    "expression": (["--rows", "3", "--cols", "5"], "13853387126790397154"),
    "distance": (["--points", "7"], "8802594683315225736"),
    "pi": (["--chunks", "3", "--samples", "1001"], "2378"),
}
"""For each problem a small input, and its answer as the reference programs give it."""

SINGLE = {"mandelbrot": (["--width", "100", "--height", "100", "--max-iterations", "300"], "39339")}
"""The same in single precision, with an input that has another answer in double."""

DEVICES = {"cuda": ("/dev/nvidiactl", "/dev/dxg")}
"""What the driver shows where a device is: one of these files."""


def is_there(need):
    """Whether a file exists, or a program is on the path."""
    return (ROOT / need).exists() if "/" in need else shutil.which(need) is not None


@functools.cache
def has_package(python, package):
    """Whether an interpreter finds a package; it is not imported, which takes seconds for some."""
    ask = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"
    try:
        return subprocess.run([python, "-c", ask, package], cwd=ROOT, capture_output=True).returncode == 0
    except OSError:
        return False


def fault(peer, reasons, run):
    """What keeps a peer from being ready; None if nothing does."""
    traces = DEVICES.get(peer.get("device"), ())
    if traces and not any(map(os.path.exists, traces)):
        return f"there is no NVIDIA card here, or no driver for it: neither {' nor '.join(traces)}"
    for need in peer["needs"]:
        if not is_there(need):
            return reasons.get(need, f"{need} is not there")
    python = str(ROOT / peer["command"][0]) if "/" in peer["command"][0] else peer["command"][0]
    for package in peer.get("python", ()):
        if not has_package(python, package):
            return reasons.get(package, f"the Python package {package} is not there; {peer['setup']} installs it")
    if not run:
        return None
    sizes, answer = (SINGLE if peer.get("single") else KNOWN)[peer["problem"]]
    command = [*peer["command"], "--problem", peer["problem"], *sizes, "--repeat", "1"]
    if "/" in command[0]:
        command[0] = str(ROOT / command[0])
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, universal_newlines=True, timeout=120
        )
        ready, result = map(json.loads, done.stdout.splitlines())
        check = result["check"]
        if (ready["peer"], result["peer"]) != (peer["name"], peer["name"]):
            return f"it calls itself {ready['peer']}"
    except subprocess.TimeoutExpired:
        return "it gave no answer in 120 s"
    except (OSError, ValueError, KeyError) as error:
        last = done.stderr.strip().splitlines()[-1:] if isinstance(error, (ValueError, KeyError)) else [str(error)]
        return "".join(last) or f"it ended with status {done.returncode} before its answer"
    if check != answer and peer["exact"]:
        return f"its answer is wrong: {check} instead of {answer}"
    return None


def main():
    arguments = sys.argv[1:]
    run = "--run" in arguments
    reasons = {}
    for path in (argument for argument in arguments if argument != "--run"):
        with open(path) as lines:
            reasons = dict(line.rstrip("\n").split("\t", 1) for line in lines)
    peers = json.loads((ROOT / "scripts" / "peers" / "peers.json").read_text())
    faults = {}
    for i, peer in enumerate(peers):
        if run and sys.stderr.isatty():
            now = f"checking {i + 1} of {len(peers)}: {peer['problem']}, {peer['name']}"
            print(f"\r\033[K{now}", end="", file=sys.stderr, flush=True)
        faults[i] = fault(peer, reasons, run)
    if run and sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)

    width = max(len(peer["name"]) for peer in peers)
    print(f"{'problem':<10}  {'peer':<{width}}  state")
    for i, peer in enumerate(peers):
        state = "ready" if faults[i] is None else f"missing: {faults[i]}"
        print(f"{peer['problem']:<10}  {peer['name']:<{width}}  {state}")
    ready = sum(reason is None for reason in faults.values())
    print(f"{ready} of {len(peers)} peers are ready" + (", each with the right answer to a small input" if run and ready else ""))
    sys.exit(0 if ready else 1)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(0)
