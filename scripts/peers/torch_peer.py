"""The whole-array program of the tutorial in PyTorch, on the processor or on a card."""

import torch

import devices
import protocol

REALS = {"double": "float64", "single": "float32"}


def calculate_z(q, max_iterations):
    """`numpy_vector.py` and the tutorial's gpuarray version: all points in every iteration, `where` instead of a break."""
    z = torch.zeros_like(q)
    zero = torch.zeros((), dtype=q.dtype, device=q.device)
    output = torch.zeros(q.shape, dtype=torch.int32, device=q.device)
    for iteration in range(max_iterations):
        z = z * z + q
        done = abs(z) > 2.0
        q = torch.where(done, zero, q)
        z = torch.where(done, zero, z)
        output = torch.where(done, iteration, output)
    return output


def on_processor(real):
    """Makes the tensor q. The run makes the tensor of counts, on as many threads as PyTorch takes."""

    def prepare(grid):
        q = torch.from_numpy(devices.points(grid, REALS[real]))
        return lambda: calculate_z(q, grid.max_iterations).numpy()

    return prepare


def on_card(real):
    """Makes the tensor q on the card. The run makes the counts there, and brings them back."""

    def prepare(grid):
        q = torch.from_numpy(devices.points(grid, REALS[real])).cuda()
        torch.cuda.synchronize()
        return devices.Run(
            compute=lambda: calculate_z(q, grid.max_iterations),
            fetch=lambda counts: counts.cpu().numpy(),
            event=lambda: torch.cuda.Event(enable_timing=True),
            record=lambda event: event.record(),
            elapsed=lambda begin, end: begin.elapsed_time(end),
        )

    return prepare


if __name__ == "__main__":
    protocol.main(
        peer="torch {variant}",
        version=f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {protocol.interpreter()}",
        prepare={
            ("mandelbrot", "double"): on_processor("double"),
            ("mandelbrot", "single"): on_processor("single"),
            ("mandelbrot", "cuda double"): on_card("double"),
            ("mandelbrot", "cuda single"): on_card("single"),
        },
        variants=("double", "single", "cuda double", "cuda single"),
    )
