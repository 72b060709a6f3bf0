# The Mandelbrot loop in Mojo, eight points side by side: the twin of the step `lanes` of our vector instructions.
# `protocol.py` says how a peer and whoever runs it talk to each other.

from std.sys import argv, exit, get_defined_string, stderr
from std.time import perf_counter_ns

comptime LANES = 8
comptime VERSION = get_defined_string["VERSION", "Mojo"]()
"""What compiled this, as scripts/setup-peers says."""


def lanes(xs: List[Float64], ys: List[Float64], max_iterations: Int, mut counts: List[UInt32]):
    """Iterates eight points of a row until the last of them has escaped."""
    var width = len(xs)
    for row in range(len(ys)):
        var qy = SIMD[DType.float64, LANES](ys[row])
        for first in range(0, width, LANES):
            var qx = SIMD[DType.float64, LANES](4.0)
            for lane in range(min(LANES, width - first)):
                qx[lane] = xs[first + lane]
            var zx = SIMD[DType.float64, LANES](0.0)
            var zy = zx
            var zx_squared = zx
            var zy_squared = zx
            var count = SIMD[DType.uint32, LANES](0)
            var inside = SIMD[DType.bool, LANES](fill=True)
            var iteration = 0
            while iteration < max_iterations:
                zy = (zx * zy + zy * zx) + qy
                zx = (zx_squared - zy_squared) + qx
                zx_squared = zx * zx
                zy_squared = zy * zy
                inside = inside & (zx_squared + zy_squared).le(4.0)
                count += inside.cast[DType.uint32]()
                if not inside.reduce_or():
                    break
                iteration += 1
            for lane in range(min(LANES, width - first)):
                var found = count[lane]
                counts[row * width + first + lane] = 0 if Int(found) == max_iterations else found


def axis(start: Float64, step: Float64, points: Int) -> List[Float64]:
    """Coordinates by repeated addition."""
    var values = List[Float64](capacity=points)
    var value = start
    for _ in range(points):
        values.append(value)
        value += step
    return values^


def main():
    try:
        converse()
    except error:
        print("mandelbrot_mojo:", error, file=stderr)
        exit(2)


def converse() raises:
    """Reads the arguments, then runs once for each line of input, or as often as it was told."""
    var args = argv()
    var width = 500
    var height = 500
    var max_iterations = 1000
    var repeat = 0
    var at = 1
    while at < len(args):
        if at + 1 == len(args):
            raise Error("argument " + String(args[at]) + ": a value is missing")
        var name = String(args[at])
        var value = String(args[at + 1])
        if name == "--width":
            width = Int(value)
        elif name == "--height":
            height = Int(value)
        elif name == "--max-iterations":
            max_iterations = Int(value)
        elif name == "--repeat":
            repeat = Int(value)
        elif name != "--problem" or value != "mandelbrot":
            raise Error("unknown argument " + name + " " + value)
        at += 2
    if width < 1 or height < 1 or max_iterations < 1:
        raise Error("sizes must be at least 1")
    var xs = axis(-2.13, (0.77 + 2.13) / Float64(width), width)
    var ys = axis(1.3, (-1.3 - 1.3) / Float64(height), height)
    var counts = List[UInt32](length=width * height, fill=0)
    print('{"peer": "mojo lanes", "problem": "mandelbrot", "ready": true, "version": "' + VERSION + '"}', flush=True)
    var runs = 0
    while repeat == 0 or runs < repeat:
        if repeat == 0:
            try:
                _ = input()
            except:
                break
        # A count that no run may leave behind.
        for i in range(len(counts)):
            counts[i] = UInt32.MAX
        var began = perf_counter_ns()
        lanes(xs, ys, max_iterations, counts)
        var nanoseconds = perf_counter_ns() - began
        var total = UInt64(0)
        for i in range(len(counts)):
            total += UInt64(Int(counts[i]))
        var ms = Float64(nanoseconds) / 1e6
        print('{"peer": "mojo lanes", "problem": "mandelbrot", "ms": ' + String(ms) + ', "check": "' + String(total) + '"}', flush=True)
        runs += 1
