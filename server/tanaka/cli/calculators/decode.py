"""How fast a model can decode: what one pass must read, and what the memory gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwmodels.answer import Answer, Term
from hwmodels.ceilings import DATASHEET_ROUNDING
from hwmodels.decode import (
    batch_at_ridge,
    decode_compute_roof,
    decode_intensity,
    decode_pass_bytes,
    decode_roof,
    weight_bytes,
)
from hwmodels.inference_time import Device, Serving, decode_rate
from hwmodels.training_layout import Shape
from tanaka.cli.calculators import named, room
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.cli.refused import Refused
from tanaka.views.calculation import Calculation, Row, row, shown

if TYPE_CHECKING:
    from tanaka.rules.api import Figure


def _decode(given: Given) -> Calculation:
    model = named.model(given.word("model"))
    typed = given.word("part")
    parts = named.parts(typed)
    precision = given.word("precision", "bf16")
    batch = given.whole("batch", 1)
    context = given.number("context", 0.0)
    devices = given.whole("devices", 1)
    width, cached = given.number("weights", 2.0), given.number("cache", 2.0)
    # Of a batch every expert may be asked for; of one sequence only the active ones are.
    reads = model.read
    weights = weight_bytes(reads, width)
    # A layer with a window reads no further back: a bound must not count what is not read.
    position = model.kv_bytes_of(context, cached) / context if context else model.kv_bytes(cached)
    read = decode_pass_bytes(weights, batch, context, position)
    bandwidth = named.reach(p.bandwidth for p in parts)
    held_by = [p.bandwidth for p in parts]
    # A bound leaves room for what datasheets round off.
    most = named.rounded(bandwidth)
    memory = decode_roof(batch, read, devices, most[0]), decode_roof(batch, read, devices, most[1])
    rows = [
        row("weights read", weights, "byte", f"{shown(reads, 'parameter')} x {width:g} B"),
        row("cache read", read - weights, "byte",
            f"{batch} x {context:,.0f} positions x {shown(position, 'byte')}"),
        row("pass", read, "byte"),
        Row("bandwidth", *bandwidth, "byte/s", f"each of {devices}" if devices > 1 else "",
            named.cited(held_by), named.verified(held_by)),
        Row("a pass takes", read / (devices * most[1]), read / (devices * most[0]), "s",
            f"at least, with {100 * (DATASHEET_ROUNDING - 1):.0f} % for rounding in datasheets"),
    ]  # fmt: skip
    limit, by, sure = memory[1], "memory", named.verified(held_by)
    intensity = decode_intensity(batch, model.active_parameters, read)
    rows.append(row("intensity", intensity, "FLOP/byte", "work of a pass for each byte"))
    try:
        peak = named.rates(parts, precision)
    except Refused:
        if given.has("precision"):
            raise
        peak = None
    if peak is not None:
        compute = decode_compute_roof(devices, peak[1], model.active_parameters)
        rows.append(Row("compute roof", decode_compute_roof(devices, peak[0], model.active_parameters),
                        compute, "token/s", f"at the {precision} peak", "", named.verified(p.rate(precision) for p in parts)))  # fmt: skip
        rows.append(Row("batch at the ridge", *batch_at_ridge.interval(P=peak, w=(width, width), M=bandwidth),
                        "1", "short contexts"))  # fmt: skip
        # A real part may run above the clock of its printed peak: a bound must not count on it.
        ceiling, checked = named.hard(parts, precision)
        hard = decode_compute_roof(devices, ceiling, model.active_parameters)
        if hard < limit:
            limit, by, sure = hard, "compute", checked
        if devices == 1 and context >= 1 and model.dense:
            serving = Serving(batch, context, 1, width, cached, quantised=width < 2)
            likely = [
                decode_rate(Shape.of(model), serving, Device(peak[i], bandwidth[i])) for i in (0, 1)
            ]
            rows.append(Row("likely", likely[0].low, likely[1].high, "token/s",
                            "an estimate, with usual efficiencies", likely[0].source))  # fmt: skip
    held = model.parameters * width + batch * context * position
    each = Answer(
        held / devices, held / devices, "byte", "bound", "weights and cache, shared evenly"
    )
    notes = [("bound by", f"{by}; {shown(limit / batch, 'token/s')} for each sequence")]
    several = room.rooms(parts, devices)
    rows.append(row("held", held / devices, "byte", "weights and cache" + (", a device" if devices > 1 else "")))  # fmt: skip
    verdicts, short = room.judged(parts, room.fittings(None, each, several), "weights and cache fit")  # fmt: skip
    notes += verdicts
    if model.active_parameters != model.parameters and batch > 1:
        notes.append(("experts", "those of one sequence counted; a batch may ask for more of them"))

    def figure() -> Figure:
        from tanaka.rules.api import RooflineFigure, RooflinePoint

        assert peak is not None
        reached = RooflinePoint(
            f"batch {batch}", intensity, min(peak[1], intensity * bandwidth[1]), False
        )
        one = decode_pass_bytes(weights, 1, context, position)
        first = decode_intensity(1, model.active_parameters, one)
        points = (reached,) if batch == 1 else (
            RooflinePoint("batch 1", first, min(peak[1], first * bandwidth[1]), False), reached
        )  # fmt: skip
        return RooflineFigure(named.label(parts, typed), precision, peak[1], bandwidth[1], points)

    return Calculation(
        "decode",
        f"tokens a second of {model.name} on {devices} x {named.label(parts, typed)}",
        Answer(
            0.0, limit, "token/s", "bound",
            "every weight read once a pass, the cache once; nothing else, no speculation",
            decode_roof.source,
            (Term("memory roof", *memory, "token/s"),),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        fault=short,
        figure=figure if peak is not None else None,
        unverified=() if sure else ("the bandwidth" if by == "memory" else "the peak and its clock",),
    )  # fmt: skip


CALCULATORS = {
    "decode": Calculator(
        "decode",
        "Most tokens a second that memory and arithmetic allow",
        (
            Argument(named.MODEL.name, "", named.MODEL.help, required=True),
            Argument(named.PART.name, "", named.PART.help, required=True),
            named.PRECISION,
            Argument("devices", "1", "accelerators that share the weights", shown="1"),
            Argument("batch", "1", "sequences at once", shown="1"),
            Argument("context", "1", "positions in the cache of each", shown="0"),
            Argument("weights", "byte/parameter", "width of a weight", shown="2B/parameter"),
            Argument("cache", "byte", "width of an element of the cache", shown="2B"),
        ),
        _decode,
        ("model=llama-2-7b", "part=A100-SXM4-80GB", "batch=8", "context=2k"),
    )
}
