"""Measure what a GPU reaches in matrix products and in streaming, as a ``[measured]`` table.

    python scripts/measure_ceiling.py

Prints TOML for a file of ``hwmodels/hwmodels/data/accelerators``: the best rate over some shapes,
by precision, and the best bandwidth of a copy, each with its conditions.  Matrices are random: on
zeros a GPU clocks higher and shows a rate that no model sees.  Needs PyTorch with a GPU; nothing
else needs this script.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

SHAPES = (
    (8192, 8192, 8192), (4096, 4096, 4096), (16384, 8192, 1280), (2048, 2048, 13312),
    (1024, 10240, 5120), (4096, 8192, 8192), (16384, 16384, 4096), (8192, 16384, 4096),
)  # fmt: skip
"""(M, N, K) of the products: square ones, and those of wide layers."""
PRECISIONS = {"fp64": "float64", "tf32": "float32", "bf16": "bfloat16", "fp16": "float16", "fp8": "float8_e4m3fn"}  # fmt: skip
WARM_UP, REPEATS = 10, 50
STREAM_BYTES = 2**32
SOURCE = "own-measurement"


def seconds(torch: Any, call: Callable[[], object]) -> float:
    """Mean time of a call on the device [s], after a warm-up."""
    for _ in range(WARM_UP):
        call()
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize()
    start.record()
    for _ in range(REPEATS):
        call()
    end.record()
    torch.cuda.synchronize()
    return float(start.elapsed_time(end)) / 1e3 / REPEATS


def product(torch: Any, kind: str, m: int, n: int, k: int) -> Callable[[], object]:
    """A matrix product of random (m, k) and (k, n) matrices."""
    torch.backends.cuda.matmul.allow_tf32 = True
    width = torch.float64 if kind == "float64" else torch.float32
    a = torch.randn(m, k, device="cuda", dtype=width)
    b = torch.randn(n, k, device="cuda", dtype=width)
    if not kind.startswith("float8"):
        a, b = a.to(getattr(torch, kind)), b.to(getattr(torch, kind))
        return lambda: a @ b.t()
    one = torch.ones((), device="cuda")
    narrow_a, narrow_b = a.to(torch.float8_e4m3fn), b.to(torch.float8_e4m3fn)
    return lambda: torch._scaled_mm(
        narrow_a, narrow_b.t(), scale_a=one, scale_b=one, out_dtype=torch.bfloat16
    )


def best_product(torch: Any, kind: str) -> tuple[float, tuple[int, int, int]] | None:
    """Best rate [FLOP/s] and its shape; None where the part has no such product."""
    found = []
    for m, n, k in SHAPES:
        try:
            took = seconds(torch, product(torch, kind, m, n, k))
        except (RuntimeError, AttributeError, ValueError, TypeError) as error:
            print(f"# no {kind} product of {m}x{n}x{k}: {str(error).splitlines()[0]}", file=sys.stderr)  # fmt: skip
            continue
        found.append((2.0 * m * n * k / took, (m, n, k)))
        torch.cuda.empty_cache()
    return max(found) if found else None


def stream(torch: Any) -> float:
    """Bytes read and written a second by a copy [byte/s]."""
    source = torch.ones(STREAM_BYTES // 4, device="cuda", dtype=torch.float32)
    target = torch.empty_like(source)
    return 2.0 * STREAM_BYTES / seconds(torch, lambda: target.copy_(source))


def row(key: str, value: float, unit: str, conditions: str) -> str:
    """One line of the table."""
    return f'{key} = {{ value = {value:.4g}, unit = "{unit}", source = "{SOURCE}", verified = true, conditions = "{conditions}" }}'  # fmt: skip


def main() -> int:
    """Print the table; 1 where there is nothing to measure."""
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed: nothing is measured.", file=sys.stderr)
        return 1
    if not torch.cuda.is_available():
        print("PyTorch sees no GPU: nothing is measured.", file=sys.stderr)
        return 1
    name = torch.cuda.get_device_name()
    made = f"{name}, torch {torch.__version__}, mean of {REPEATS} after {WARM_UP}"
    print(f"[measured]  # {name}, {torch.cuda.get_device_properties(0).total_memory} bytes")
    for precision, kind in PRECISIONS.items():
        best = best_product(torch, kind)
        if best is not None:
            m, n, k = best[1]
            shape = f"matmul {m}x{n}x{k} (MxNxK), random values"
            print(row(precision, best[0] / 1e12, "TFLOP/s", f"{shape}, {made}"))
    moved = f"copy of {STREAM_BYTES / 2**30:g} GiB, read and written bytes"
    print(row("bandwidth", stream(torch) / 1e9, "GB/s", f"{moved}, {made}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
