"""Memory of one device that answers requests: weights, cache, what it wastes, a pass."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hwmodels.answer import Answer, Term
from hwmodels.fitting import Verdict
from hwmodels.inference_memory import BLOCK
from hwmodels.memory import devices_needed
from hwmodels.serving import (
    Load,
    Served,
    inference_bytes,
    inference_memory,
    inference_memory_bound,
)
from tanaka.cli.calculators import named, room
from tanaka.cli.calculators.arguments import Given
from tanaka.cli.refused import Refused
from tanaka.views.calculation import Calculation, Row, shown, spread

if TYPE_CHECKING:
    from hwmodels.models import Model
    from tanaka.rules.api import Figure


def calculate(given: Given) -> Calculation:
    """Memory of a device that answers requests.

    Raises
    ------
    Refused
        For a cache without the shape of a model, and for degrees that do not make the devices.
    """
    size, model = named.size(given, "memory")
    batch, context = given.whole("batch", 1), given.whole("context", 0, least=0)
    if context and model is None:
        raise Refused("context: a cache needs the shape of a model, not N alone")
    stages = given.whole("pp", 1)
    devices = given.whole("devices", stages * given.whole("tp", 1))
    tensor = given.whole("tp", max(1, devices // stages))
    if tensor * stages != devices:
        raise Refused(f"devices={devices}: not tp x pp = {tensor * stages}; a replica is meant")
    # Nothing is cached, and no block is opened, for sequences of no positions.
    load = Load(batch, context, tensor, stages, BLOCK if context else 0.0)
    width, element = given.number("weights", 2.0), given.number("cache", 2.0)
    lean, full = _served(size, model, width, element, context)
    least, most = inference_memory(lean, load), inference_memory(full, load)
    low = {t.name: t.low for t in least.terms}
    terms = tuple(Term(t.name, low.get(t.name, 0.0), t.high, "byte") for t in most.terms if t.high)
    convention = most.convention if context else "weights alone" + (" and a pass" if model else "")
    need = Answer(least.low, most.high, "byte", "estimate", convention, most.source, terms)
    proof = inference_memory_bound(lean, load)
    how = {"weights": f"{width:g} B x {spread(*size, 'parameter')}{_shared(devices)}"}
    if model is not None and context:
        # Heads that a server keeps more than once are not shared.
        apart = min(float(tensor), float(full.kv_heads)) * stages
        position = shown(float(full.kv_bytes), "byte")
        how["cache"] = f"{batch} x {context:,} positions x {position}{_shared(apart)}"
        how["cache reserved in vain"] = (
            f"the last block of {load.block:g} positions of each sequence"
        )
        how["activations"] = f"a pass of up to {load.chunk:,.0f} tokens"
    rows = [Row(t.name, t.low, t.high, "byte", how.get(t.name, "")) for t in terms]
    rows += [
        Row("each device", need.low, need.high, "byte", "an estimate"),
        Row("no less than", proof.low, proof.high, "byte", "a bound: weights and cache, shared evenly"),
    ]  # fmt: skip
    notes: list[tuple[str, str]] = []
    fault = False
    capacity: float | None = None
    if given.has("part"):
        typed = given.word("part")
        parts = named.parts(typed)
        several = room.rooms(parts, devices)
        capacity = room.capacity(several)
        rows += room.rows(parts, several, typed)
        found = room.fittings(proof, need, several)
        notes, fault = room.judged(parts, found, "fits" if model is not None else "weights fit")
        if fault:
            notes.append(("at least", f"{devices_needed(proof.low * devices, capacity):g} devices hold it together"))  # fmt: skip
        elif model is not None and context and all(f.verdict is Verdict.FITS for f in found):
            usable = min(r.usable[0] for r in several)
            notes.append(("room for", f"{_sequences(full, load, usable):,} sequences of {context:,} positions, by the high estimate"))  # fmt: skip
    if model is None:
        notes.append(("not known", "cache and activations; name a model and its context"))
    elif not context:
        notes.append(("left out", "the cache; give a context to count it"))

    def figure() -> Figure:
        from tanaka.rules.api import FitFigure, FitPart

        assert capacity is not None
        return FitFigure(
            tuple(FitPart(t.name, t.high, held=t.name == "weights") for t in terms),
            capacity,
            f"one {given.word('part')}",
        )

    return Calculation(
        "memory",
        "memory of one device that answers requests",
        need,
        rows=tuple(rows),
        notes=tuple(notes),
        fault=fault,
        figure=figure if capacity is not None else None,
    )


def _shared(devices: float) -> str:
    return f", shared by {devices:g}" if devices > 1 else ""


def _served(
    size: named.Reach, model: Model | None, width: float, element: float, context: int
) -> tuple[Served, Served]:
    """The least and the most that a served model may be.

    The least keeps no more than a window looks back, and every weight in the width; the most keeps
    all positions, and tables in 16 bits beside narrower weights.
    """
    if model is None:
        return Served(size[0], width, 0.0), Served(size[1], width, 0.0)
    each = model.kv_bytes(element)
    windowed = model.kv_bytes_of(context, element) / context if context else each
    heads = 1.0 if model.key_value_rank is not None else model.kv_heads.value
    plain = model.table_rows * model.hidden.value if width < 2 else 0.0
    count = model.parameters
    hidden, wide = model.hidden.value, model.feed_forward.value
    return (
        Served(count, width, windowed, heads, 0.0, hidden, wide),
        Served(count - plain, width, each, heads, plain, hidden, wide),
    )


def _sequences(served: Served, load: Load, usable: float) -> int:
    """Sequences that fit by the high estimate, which grows evenly with them."""
    none, one = (
        float(inference_bytes(served, Load(n, load.context, load.tensor, load.pipeline))[1])
        for n in (0, 1)
    )
    return max(0, math.floor((usable - none) / (one - none)))
