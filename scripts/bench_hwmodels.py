"""How long the models of hwmodels take: one check of each composite, and a sweep over arrays.

Wanted are less than 100 µs for a check, which a keystroke may ask for, and less than 2 s for a
million configurations.  ``scripts/bench.py`` prints it beside the rest; alone:
``python scripts/bench_hwmodels.py``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from hwmodels import (
    activations,
    collective_algorithms,
    decode,
    fabric,
    heavy_tails,
    inference_time,
    layout,
    memory,
    order_statistics,
    roofline,
    schedules,
    serving,
    straggler,
    training_layout,
    training_memory,
    training_time,
)
from hwmodels.catalog import find, hard_peak
from hwmodels.models import find_model

CONFIGURATIONS = 1_000_000
WANTED_CHECK = 100e-6  # [s]
WANTED_SWEEP = 2.0  # [s]
Check = Callable[[], object]


def each(run: Check, seconds: float = 0.05) -> float:
    """Seconds of one call: the shortest of five means over as many calls as fill the time."""
    run()
    began = time.perf_counter()
    run()
    calls = max(1, int(seconds / max(time.perf_counter() - began, 1e-7)))
    means = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(calls):
            run()
        means.append((time.perf_counter() - began) / calls)
    return min(means)


def checks() -> dict[str, Check]:
    """One question of each kind that a rule or a hover asks."""
    model, part = find_model("Llama-2-70B"), find("H100 SXM")[0]
    assert model is not None and part.link is not None
    recipe = memory.RECIPES["mixed-adam-16"]
    read, bandwidth, link = model.read, part.bandwidth.value, part.link.value
    shape = training_layout.Shape.of(model)
    spread = training_layout.Layout(4096, 1, 16, tensor=8, pipeline=4, replicas=16)
    machine = training_layout.Machine.of(part, 50e9)
    decoder = layout.Decoder(80, 8192, 64, 8, 128, 28672, 32000)
    held = layout.Layout(tensor=8, pipeline=4, data=16, zero=1)
    batch = layout.Batch(4096, micro_batches=16)
    served = serving.Served(model.parameters, 2, model.kv_bytes(2), 8)
    load = serving.Load(32, 4096, tensor=8)
    passing = inference_time.Serving(32, 4096, 8)
    device = inference_time.Device(9.894e14, bandwidth, link)
    nodes = fabric.Fabric(8, link, 50e9)

    def roof() -> float:
        moved = decode.decode_pass_bytes(2 * read, 32, 4096, model.kv_bytes(2))
        return decode.decode_roof(32, moved, 8, bandwidth)

    def slowest() -> float:
        wait = straggler.barrier_wait(0.02, order_statistics.expected_max_bound(512))
        return straggler.step_inflation(0.35, wait)

    return {
        "roofline of a kernel": lambda: roofline.roofline_time(1e12, 9.9e14, 6e9, 3.35e12),
        "hard peak of a part": lambda: hard_peak(find("H100"), "bf16"),
        "state of training, ZeRO 3": lambda: memory.zero_bytes_per_device(7e10, recipe, 64, 3),
        "memory of training": lambda: training_memory.training_memory(decoder, held, batch, recipe),
        "memory of inference": lambda: serving.inference_memory(served, load),
        "time of a training step": lambda: training_time.training_step(shape, spread, machine),
        "rate of decoding": lambda: inference_time.decode_rate(shape, passing, device),
        "bound on decoding": roof,
        "ring all-reduce": lambda: collective_algorithms.ring_allreduce_seconds(
            64, 2e-6, 1e9, link
        ),
        "all-reduce over nodes": lambda: nodes.allreduce_bound(8, 1e9, in_network=True),
        "bound on stragglers": slowest,
        "slowest of 512 workers": lambda: heavy_tails.slowest_of(512, 0.35, 0.02),
    }


def sweeps() -> dict[str, Check]:
    """A million configurations at once, of the longest composites that take arrays."""
    rng = np.random.default_rng(1)

    def pick(*values: float) -> Any:
        return rng.choice(values, CONFIGURATIONS)

    model, part = find_model("Llama-2-70B"), find("H100 SXM")[0]
    assert model is not None and part.link is not None
    recipe = memory.RECIPES["mixed-adam-16"]
    tensor, pipeline, replicas = pick(1, 2, 4, 8), pick(1, 2, 4, 8, 16), pick(1, 8, 64)
    micro, each_batch, sequence = pick(1, 2, 4), pick(8, 32, 128), pick(2048, 4096, 8192)
    shape = training_layout.Shape.of(model)
    spread = training_layout.Layout(
        sequence, micro, each_batch, tensor=tensor, pipeline=pipeline, replicas=replicas
    )
    machine = training_layout.Machine.of(part, 50e9)
    decoder = layout.Decoder(80, 8192, 64, 8, 128, 28672, 32000)
    held = layout.Layout(tensor=tensor, pipeline=pipeline, data=replicas, zero=1)
    batch = layout.Batch(sequence, micro_batch=micro, micro_batches=each_batch)
    served = serving.Served(model.parameters, 2, model.kv_bytes(2), 8)
    load = serving.Load(each_batch, sequence, tensor=tensor)
    passing = inference_time.Serving(each_batch, sequence, tensor)
    device = inference_time.Device(9.894e14, part.bandwidth.value, part.link.value)

    def fitting() -> object:
        state = memory.zero_1_bytes(
            model.parameters / (tensor * pipeline), recipe.weights, recipe.gradients, 12, replicas
        )
        kept = activations.fused_activation_bytes(sequence, micro, model.hidden.value, tensor)
        flying = schedules.in_flight_1f1b(each_batch, pipeline, 0)
        live = schedules.activations_in_flight(flying, model.layers.value / pipeline, kept)
        return memory.devices_needed(state + live, part.capacity.value)

    return {
        "memory of training": lambda: training_memory.training_bytes(decoder, held, batch, recipe),
        "time of a training step": lambda: training_time.step_range(shape, spread, machine),
        "state and activations that fit": fitting,
        "memory of inference": lambda: serving.inference_bytes(served, load),
        "time of a decode pass": lambda: inference_time.pass_range(shape, passing, device),
    }


_IMPORTS = """
import json, pkgutil, time
import hwmodels
found = {}
for module in sorted(m.name for m in pkgutil.iter_modules(hwmodels.__path__)):
    began = time.perf_counter()
    __import__("hwmodels." + module)
    found[module] = time.perf_counter() - began
print(json.dumps(found))
"""


def imports() -> dict[str, float]:
    """Seconds that each module takes to import in a fresh process, after those before it."""
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTS], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def line(what: str, took: float, yard: float, name: str, wanted: float) -> None:
    """Print a line of the table: the time, its ratio to the yardstick, and what was wanted."""
    shown = f"{1e3 * took:.1f} ms" if took >= 1e-3 else f"{1e6 * took:.1f} µs"
    mark = "" if took < wanted else "  more than wanted"
    print(f"{what:<40}{shown:>12}{took / yard:>10.2g} × {name}{mark}", flush=True)


def hwmodels_table() -> None:
    """Print how long checks, sweeps and imports take."""
    numbers = list(range(100))
    small = each(lambda: json.dumps(numbers))
    values = np.linspace(1, 2, CONFIGURATIONS)
    large = each(lambda: np.exp(values), 0.2)
    for what, run in checks().items():
        line(f"hwmodels: {what}", each(run), small, "json of 100 numbers", WANTED_CHECK)
    for what, run in sweeps().items():
        took = each(run, 0.5)
        line(f"hwmodels, {CONFIGURATIONS:.0e}: {what}", took, large, "numpy.exp", WANTED_SWEEP)
    took = imports()
    slowest = max(took, key=lambda name: took[name])
    print(
        f"hwmodels: all {len(took)} modules import in {1e3 * sum(took.values()):.0f} ms, "
        f"{slowest} the slowest with {1e3 * took[slowest]:.0f} ms"
    )


if __name__ == "__main__":
    hwmodels_table()
