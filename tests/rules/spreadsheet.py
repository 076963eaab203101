r"""Tables as a spreadsheet makes them: random values, formulas over them, and any habit of rounding.

Each maker draws a table whose last column, or row, is computed from the others, unrounded, and
then prints all of it.  ``wrong`` multiplies one computed cell before it is printed.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Sheet:
    """A table in LaTeX, and the line and rule of its wrong cell, if it has one."""

    latex: str
    line: int = -1
    code: str = ""


@dataclass(frozen=True)
class Metric:
    """What a column holds: its header, a typical size, decimals."""

    header: str
    size: float
    decimals: int


TIMES = (Metric("Step (ms)", 400, 0), Metric("Latency (ms)", 35, 1), Metric("Time (s)", 12, 2), Metric("Time (h)", 60, 1))  # fmt: skip
RATES = (Metric("Tokens/s", 2400, 0), Metric("Throughput (img/s)", 310, 1), Metric("QPS", 24, 2))
SIZES = (Metric("Memory (GB)", 40, 1), Metric("Energy (J)", 210, 1), Metric("Cost (\\$)", 900, 0))
_NAMES = ("Base", "+ fuse", "+ overlap", "+ cache", "+ tune", "+ shard", "+ spec", "+ batch", "+ pack", "+ sort", "+ tile", "+ swap")  # fmt: skip
_MODELS = ("S", "M", "L", "XL", "bert", "gpt", "t5", "vit", "resnet", "llama", "opt", "bloom")


def printed(rng: random.Random, value: float, decimals: int, habit: str) -> str:
    """A value by one of the habits of printing; thousands are marked now and then."""
    exact, step = Decimal(repr(value)), Decimal(1).scaleb(-decimals)
    if habit == "twice":
        exact = exact.quantize(step / 10, ROUND_HALF_UP)
    rounding = {"even": ROUND_HALF_EVEN, "down": ROUND_DOWN}.get(habit, ROUND_HALF_UP)
    out = f"{exact.quantize(step, rounding):f}"
    whole, dot, rest = out.partition(".")
    if len(whole.lstrip("-")) > 3 and habit != "even":
        whole = f"{int(whole):,}".replace(",", "{,}")
    return (whole + dot + rest).replace("-", "$-$")


def table(header: list[str], rows: list[list[str]], caption: str = "") -> str:
    """LaTeX of a table; a row of one cell is a rule."""
    lines = [f"\\begin{{table}}\\caption{{{caption}}}"] if caption else []
    lines += ["\\begin{tabular}{l" + "r" * (len(header) - 1) + "}", "\\toprule"]
    lines += [" & ".join(header) + r" \\", "\\midrule"]
    lines += [" & ".join(r) + r" \\" if len(r) > 1 else "\\midrule" for r in rows]
    lines += ["\\bottomrule", "\\end{tabular}"] + (["\\end{table}"] if caption else [])
    return "\n".join(lines)


def _first_row(caption: str) -> int:
    return 4 + bool(caption)


def _value(rng: random.Random, m: Metric) -> float:
    return m.size * math.exp(rng.gauss(0, 0.5))


def _sheet(
    rng: random.Random, header: list[str], rows: list[list[str]], at: int, code: str, wrong: float
) -> Sheet:
    caption = rng.choice(["", "Results on one node."])
    return Sheet(
        table(header, rows, caption), _first_row(caption) + at if wrong != 1.0 else -1, code
    )


def ratio_of_columns(rng: random.Random, n: int, wrong: float) -> Sheet:
    """A speedup, a saving, a change or a difference of two columns."""
    m, habit = rng.choice([*TIMES, *RATES, *SIZES]), rng.choice(["up", "even", "down", "twice"])
    at = rng.randrange(n)
    form = rng.choice(["factor", "saving", "change", "factor"])
    a = [_value(rng, m) for _ in range(n)]
    b = [x / math.exp(rng.uniform(0.1, 1.2)) for x in a]
    rows = []
    for k in range(n):
        w = wrong if k == at else 1.0
        if form == "factor":
            cell = printed(rng, a[k] / b[k] * w, 2, habit) + "$\\times$"
        elif form == "saving":
            cell = printed(rng, min(100 * (1 - b[k] / a[k]) * w, 99.5), 1, habit) + "\\%"
        else:
            cell = printed(rng, 100 * (b[k] / a[k] - 1) * w, 1, habit) + "\\%"
        rows.append([_MODELS[k], *(printed(rng, v, m.decimals, habit) for v in (a[k], b[k])), cell])
    name, _, unit = m.header.partition(" ")
    head = {"factor": "Speedup", "saving": "Reduction", "change": "Change"}[form]
    header = ["Model", f"Base {unit}".strip() if unit else f"Base {name}", f"Ours {unit}".strip() if unit else f"Ours {name}", head]  # fmt: skip
    return _sheet(rng, header, rows, at, "TK104", wrong)


def ratio_to_a_row(rng: random.Random, n: int, wrong: float) -> Sheet:
    """A speedup, or a normalised value, over the first row or the last."""
    m, habit = rng.choice([*TIMES, *RATES, *SIZES]), rng.choice(["up", "even", "down", "twice"])
    base = rng.choice([0, 0, n - 1])
    at = rng.choice([k for k in range(n) if k != base])
    v = [_value(rng, m) for _ in range(n)]
    over = rng.random() < 0.5
    rows = []
    for k in range(n):
        r = (v[base] / v[k] if over else v[k] / v[base]) * (wrong if k == at else 1.0)
        rows.append([_NAMES[k], printed(rng, v[k], m.decimals, habit), printed(rng, r, 2, habit) + ("$\\times$" if over else "")])  # fmt: skip
    return _sheet(rng, ["Variant", m.header, "Speedup" if over else "Normalised"], rows, at, "TK104", wrong)  # fmt: skip


def per_device(rng: random.Random, n: int, wrong: float) -> Sheet:
    """A rate per GPU, or GPU-hours."""
    habit = rng.choice(["up", "even", "down", "twice"])
    at = rng.randrange(n)
    gpus = [2 ** (k + 3) for k in range(n)]
    rows = []
    hours = rng.random() < 0.5
    for k in range(n):
        w = wrong if k == at else 1.0
        if hours:
            h = rng.uniform(5, 300)
            rows.append([_MODELS[k], str(gpus[k]), printed(rng, h, 1, habit), printed(rng, gpus[k] * h * w, 0, habit)])  # fmt: skip
        else:
            rate = 3200 * gpus[k] * rng.uniform(0.6, 1.0)
            rows.append([_MODELS[k], str(gpus[k]), printed(rng, rate, 0, habit), printed(rng, rate / gpus[k] * w, 0, habit)])  # fmt: skip
    header = (
        ["Model", "GPUs", "Hours", "GPU-hours"]
        if hours
        else ["Model", "GPUs", "Tokens/s", "Tokens/s/GPU"]
    )
    return _sheet(rng, header, rows, at, "TK104", wrong)


def points(rng: random.Random, n: int, wrong: float) -> Sheet:
    """A difference of two scores."""
    habit = rng.choice(["up", "even", "down", "twice"])
    at = rng.randrange(n)
    rows = []
    for k in range(n):
        a = rng.uniform(40, 85)
        d = rng.uniform(1.5, 9) * rng.choice([1, 1, 1, -1])
        rows.append([_MODELS[k], printed(rng, a, 1, habit), printed(rng, a + d, 1, habit), printed(rng, d * (wrong if k == at else 1.0), 1, habit)])  # fmt: skip
    header = rng.choice([["Task", "Base", "Ours", "$\\Delta$"], ["Task", "Base (\\%)", "Ours (\\%)", "Gain"]])  # fmt: skip
    return _sheet(rng, header, rows, at, "TK104", wrong)


def total_row(rng: random.Random, n: int, wrong: float) -> Sheet:
    """Totals, or means, below some columns of one unit."""
    m, habit = rng.choice([*TIMES, *SIZES]), rng.choice(["up", "even", "down", "twice"])
    columns = rng.randint(1, 5)
    at = rng.randrange(columns)
    label, make = rng.choice(_MADE)
    values = [[_value(rng, m) for _ in range(columns)] for _ in range(n)]
    last = [make([row[c] for row in values]) * (wrong if c == at else 1.0) for c in range(columns)]
    rows = [[_MODELS[k], *(printed(rng, v, m.decimals, habit) for v in values[k])] for k in range(n)]  # fmt: skip
    rows += [["--"], [label, *(printed(rng, v, m.decimals, habit) for v in last)]]
    unit = m.header.partition(" ")[2]
    header = ["Part", *(f"{name} {unit}" for name in "ABCDE"[:columns])]
    return _sheet(rng, header, rows, n + 1, "TK105", wrong)


def total_column(rng: random.Random, n: int, wrong: float) -> Sheet:
    """A total, or a mean, of the columns before it."""
    m, habit = rng.choice([*TIMES, *SIZES]), rng.choice(["up", "even", "down", "twice"])
    parts = rng.randint(2, 6)
    at = rng.randrange(n)
    label, make = rng.choice(_MADE)
    unit = m.header.partition(" ")[2]
    rows = []
    for k in range(n):
        v = [_value(rng, m) for _ in range(parts)]
        made = make(v) * (wrong if k == at else 1.0)
        rows.append([_NAMES[k], *(printed(rng, x, m.decimals, habit) for x in (*v, made))])
    header = ["Variant", *(f"{name} {unit}" for name in "ABCDEF"[:parts]), f"{label} {unit}"]
    return _sheet(rng, header, rows, at, "TK105", wrong)


_MADE: tuple[tuple[str, Callable[[list[float]], float]], ...] = (
    ("Total", math.fsum),
    ("Total", math.fsum),
    ("Average", statistics.fmean),
    ("Geomean", statistics.geometric_mean),
    ("Avg.", statistics.geometric_mean),
    ("Median", statistics.median),
    ("Harmonic mean", statistics.harmonic_mean),
)
MAKERS = (ratio_of_columns, ratio_to_a_row, per_device, points, total_row, total_column)


def sheet(rng: random.Random, *, rows: tuple[int, int], wrong: float = 1.0) -> Sheet:
    """A table of one of the makers with so many rows."""
    return rng.choice(MAKERS)(rng, rng.randint(*rows), wrong)
