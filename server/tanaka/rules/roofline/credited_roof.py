"""Work whose intensity its name tells, and parts whose ratio it is: against the roof that is credited.

An optimizer's update does half an operation for a byte, attention over a cache a few, a product of
training thousands; and 1.4 times the speed on a part with the same peak is none of its tensor cores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.catalog import Accelerator, accelerators, dense_peak, find, sources
from hwmodels.decode import decode_intensity
from hwmodels.roofline import attainable, ridge
from tanaka.paper.model import Mention, NumberId
from tanaka.paper.physics.credits import CREDIT
from tanaka.patterns import Lazy
from tanaka.rules import machine
from tanaka.rules.api import (
    Assumption,
    AtMention,
    Context,
    Datasheet,
    Finding,
    Held,
    Outcome,
    RooflineFigure,
    RooflinePoint,
    Slot,
    Verdict,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.roofline.peak_rate import rate_text, significant

_FAR = 3.0
_SHORT = 1.12
"""How far beyond the ratio of two parts a gain must be."""
_LOW = {
    "update": ("the update of an optimizer", 0.5, "a dozen operations on 28 bytes of a parameter"),
    "elementwise": ("an element-wise kernel", 2.0, "a few operations on each element"),
    "attention": ("attention over the cache at decode", 16.0, "16 query heads to a head of keys and values, two bytes each"),
    "single": ("decoding at batch 1", 4.0, "two operations on a weight of four bits"),
}  # fmt: skip
"""Work left of every ridge: FLOP/byte at most, and why."""
_HIGH = {
    "products": ("a large matrix product", 2048.0, "two thousand rows or more share a weight of two bytes"),
    "prefill": ("prefill of a long prompt", 2048.0, "two thousand tokens or more share a weight of two bytes"),
}  # fmt: skip
"""Work right of every ridge: FLOP/byte at least."""
_USUAL = frozenset(
    {"V100", "A100", "H100", "H200", "B200", "A10", "L4", "L40S", "MI250X", "MI300X"}
)
"""Of which one ran what a paper measures that names none."""
_LONG = 1024.0
"""Tokens of a prompt from which on its prefill is taken for a large product."""
_TENSOR = 60e12
"""What no part without matrix units does in 16 bit [FLOP/s]."""
_OTHERS = Lazy(r"\b(?:related|prior|previous|concurrent)\b", re.I)
_TITLES = (
    ("prefill", r"\bprefill\b|\bprompt processing\b"),
    ("decode", r"\bdecod\w+\b"),
    ("update", r"\boptimi[sz]er\b|\bAdam\b|\b(?:fused|weight|parameter) update"),
)
_AT_ONE = Lazy(r"\bbatch (?:size )?(?:of )?(?:1|one)\b(?![\d.,])|\bsingle[- ](?:stream|request|user)\b|\bbatch-1\b", re.I)  # fmt: skip
_FORMATS = ("bf16", "fp16")


def credited_roofs(ctx: Context, told: frozenset[NumberId]) -> Iterator[Outcome]:
    """Credits of the paper against what their work and their parts allow; ``told`` are gains judged already."""
    for said in ctx.paper.mentions_of(CREDIT):
        if told.intersection(said.numbers):
            continue
        settings = dict(said.settings)
        section = ctx.paper.section(said.section)
        if section is not None and _OTHERS.search(section.title):
            continue
        work = settings["work"] or _by_title(ctx, said)
        outcome = _by_parts(ctx, said, settings, work) or _by_work(ctx, said, settings, work)
        if outcome is not None:
            yield outcome


def _by_title(ctx: Context, said: Mention) -> str:
    """The phase that the section is on, where its sentences do not name one."""
    section = ctx.paper.section(said.section)
    title = section.title if section is not None else ""
    if _AT_ONE.search(title) and re.search(r"\bdecod|\bgenerat|\blatency\b", title, re.I):
        return "single"
    found = [name for name, words in _TITLES if re.search(words, title, re.I)]
    return found[0] if len(found) == 1 else ""


def _by_work(ctx: Context, said: Mention, settings: dict[str, str], work: str) -> Outcome | None:
    credit, narrow = settings["credit"], "narrow" in settings
    if work == "few" and credit == "arithmetic":
        tokens = float(settings.get("tokens", "16"))
        label, intensity, why = f"a product of {tokens:.0f} tokens", decode_intensity(tokens, 1.0, 1.0), "two operations for each token and weight of one byte"  # fmt: skip
    elif work in _LOW and credit == "arithmetic":
        label, intensity, why = _LOW[work]
        if work != "single" and "tensor" not in settings:
            return None  # a codec may well be limited by its integer arithmetic
        if float(settings.get("batch", "1")) > 64 and work == "single":
            return None
    elif work in _HIGH and credit == "bytes" and float(settings.get("length", "2048")) >= _LONG:
        label, intensity, why = _HIGH[work]
        if (narrow and work == "products") or (work == "products" and "wide" not in settings):
            return None
    else:
        return None
    part, peak = _roof(ctx, said, credit)
    d = Derivation(ctx.paper)
    most = "at most" if credit == "arithmetic" else "at least"
    point = d.known(f"intensity of {label}, {most}", intensity, "FLOP/byte", Assumption(why), shown=f"{significant(intensity)} FLOP/B", symbol="I")  # fmt: skip
    limit = d.known("dense 16-bit peak", peak, "FLOP/s", _sheet(dense_source(part)), shown=rate_text(peak), symbol="P")  # fmt: skip
    memory = part.bandwidth
    reads = d.known("memory bandwidth", memory.value, "byte/s", _sheet(memory.source), shown=f"{memory.value / 1e12:.4g} TB/s", symbol="M")  # fmt: skip
    corner = d.computed("ridge", "FLOP/byte", f"{limit.shown} / {reads.shown}", ridge, limit, reads,
                        reference=ridge.source, shown=f"{significant(peak / memory.value, 3)} FLOP/B")  # fmt: skip
    left = point.value * _FAR <= corner.value
    right = point.value >= _FAR * corner.value
    if not (left if credit == "arithmetic" else right):
        return None
    roof = "bandwidth" if credit == "arithmetic" else "arithmetic"
    side = "left" if credit == "arithmetic" else "right"
    only_if = f"{label} does {'more' if side == 'left' else 'less'} than {significant(corner.value, 3)} operations for a byte"  # fmt: skip
    figure = RooflineFigure(
        part.family, "16 bit", peak, memory.value,
        (RooflinePoint(label, point.value, float(attainable(peak, point.value, memory.value)), True), RooflinePoint("the ridge", corner.value, peak, False)),
    )  # fmt: skip
    return _finding(
        said, d, figure, only_if, f"{label} has {point.shown} {most}, {side} of the ridge of the {part.family} at {corner.shown}: {roof} limits it",
        f"{point.shown}, {side} of the ridge at {corner.shown}", (label, roof, part.family),
    )  # fmt: skip


def _roof(ctx: Context, said: Mention, credit: str) -> tuple[Accelerator, float]:
    """The friendliest part beside the words, of the paper or of all GPUs: of the lowest ridge for arithmetic."""
    near = [p for role, name in said.settings if role == "part" for p in find(name)]
    named = near or [p for name in machine.named_parts(ctx.paper) for p in find(name)]
    gpus = [p for p in accelerators() if p.family in _USUAL]
    pools = ([(p, peak.value) for p in pool for f in _FORMATS if (peak := dense_peak((p,), f)) is not None and peak.value >= _TENSOR] for pool in (named, gpus))  # fmt: skip
    choose = min if credit == "arithmetic" else max
    return choose(next(x for x in pools if x), key=lambda f: (f[1] / f[0].bandwidth.value, f[0].id))


def dense_source(part: Accelerator) -> str:
    """Key of the work that a part's 16-bit peak is from."""
    return next(peak.source for f in _FORMATS if (peak := dense_peak((part,), f)) is not None)


def _by_parts(ctx: Context, said: Mention, settings: dict[str, str], work: str) -> Outcome | None:
    """A gain of one part over another that the credited resource does not have, and the other has."""
    names = [value for name, value in said.settings if name == "device"]
    if len(names) != 2 or "gain" not in settings:
        return None
    gain = float(settings["gain"])
    ratios = {side: _ratio(find(names[0]), find(names[1]), side) for side in ("bytes", "arithmetic")}  # fmt: skip
    if ratios["bytes"] is None or ratios["arithmetic"] is None or not 1.05 < gain < 30:
        return None
    credit = settings["credit"]
    own, other = ratios[credit], ratios["arithmetic" if credit == "bytes" else "bytes"]
    if own is None or other is None:
        return None
    if own[2] >= gain / _SHORT or _widest(names, credit) < gain * 0.97:
        return None
    if work in _LOW and credit == "bytes":
        return None
    d = Derivation(ctx.paper)
    what = {"bytes": "memory bandwidth", "arithmetic": "dense 16-bit peak"}[credit]
    first = d.known(f"{what} of the {own[0].family}", own[3], *_unit(own[0], credit), symbol="A", shown=_shown(own[3], credit))  # fmt: skip
    second = d.known(f"{what} of the {own[1].family}", own[4], *_unit(own[1], credit), symbol="B", shown=_shown(own[4], credit))  # fmt: skip
    made = d.computed("ratio of the two parts", "1", f"{first.shown} / {second.shown}", lambda a, b: a / b, first, second, shown=f"{significant(own[2], 3)}×", symbol="r")  # fmt: skip
    roof = "arithmetic" if credit == "bytes" else "bandwidth"
    only_if = f"the parts that ran differ by {gain:g}× in it"
    return _finding(
        said, d, None, only_if, f"the {what} of the {own[0].family} is {made.shown} that of the {own[1].family}, and the gain is {gain:g}×",
        f"the two differ by {made.shown} in it", ("the gain of one part over the other", roof, own[0].family),
    )  # fmt: skip


def _ratio(
    first: tuple[Accelerator, ...], second: tuple[Accelerator, ...], side: str
) -> tuple[Accelerator, Accelerator, float, float, float] | None:
    """How far the faster of two parts is ahead in a resource, each at its fastest variant."""
    best = []
    for parts in (first, second):
        if side == "bytes":
            found = [(p.bandwidth.value, p.id, p) for p in parts]
        else:
            found = [(peak.value, p.id, p) for p in parts for f in _FORMATS if (peak := dense_peak((p,), f)) is not None]  # fmt: skip
        if not found:
            return None
        best.append(max(found))
    low, high = sorted(best)
    return high[2], low[2], high[0] / low[0], high[0], low[0]


def _widest(names: list[str], credit: str) -> float:
    """How far any variants of two parts can be apart in the resource that is not credited."""
    pools = [find(name) for name in names]
    if credit == "arithmetic":
        values = [[p.bandwidth.value for p in pool] for pool in pools]
    else:
        values = [[peak.value for p in pool for f in _FORMATS if (peak := dense_peak((p,), f)) is not None] for pool in pools]  # fmt: skip
    low, high = sorted(values, key=max)
    return max(high) / min(low)


def _unit(part: Accelerator, side: str) -> tuple[str, Datasheet]:
    if side == "bytes":
        return "byte/s", _sheet(part.bandwidth.source)
    return "FLOP/s", _sheet(dense_source(part))


def _shown(value: float, side: str) -> str:
    return f"{value / 1e12:.4g} TB/s" if side == "bytes" else rate_text(value)


def _sheet(source: str) -> Datasheet:
    return Datasheet(source, sources()[source].title)


def _finding(
    said: Mention, d: Derivation, figure: RooflineFigure | None, only_if: str, why: str, note: str,
    slots: tuple[str, str, str],
) -> Finding | Held:  # fmt: skip
    phase, roof, device = slots
    credit = "arithmetic" if dict(said.settings)["credit"] == "arithmetic" else "bandwidth"
    last = d.steps[-1]
    return Finding(
        "TK209", "wrong-roof", Verdict.IMPLAUSIBLE, AtMention(said.id), f"A speed is credited to {credit}, but {why}.",
        tuple(d.steps), note=note, bold=f"{last.text} is {last.shown}.", only_if=only_if, figure=figure, case="A",
        slots=(
            Slot("gain", "The speed", at=AtMention(said.id)), Slot("phase", phase), Slot("roof", roof),
            Slot("device", device), Slot("excuse", only_if), Slot("line", "", at=AtMention(said.id)),
        ),
    )  # fmt: skip
